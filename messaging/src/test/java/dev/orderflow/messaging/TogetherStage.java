package dev.orderflow.messaging;

/** Appending, sending and consuming at once, beside all that they do alone: the bound is made of the other stages' figures. */
final class TogetherStage {

    private final BenchGround ground;

    TogetherStage(BenchGround ground) {
        this.ground = ground;
    }

    void run() throws Exception {
        String topic = BenchGround.newTopic();
        double appended = 0;
        for (int clients : BenchGround.CLIENTS) {
            appended = Math.max(
                    appended,
                    Load.fullSpeed(
                            clients,
                            ground.size.events() / 4,
                            i -> ground.insert("none", "alone-" + clients + "-" + i)));
            ground.execute("truncate outbox");
        }
        Consuming consuming = new Consuming(ground, topic, "together");
        try (RelayThread relay = new RelayThread(ground.assembly.parts(), ground.assembly)) {
            relay.awaitOwner();
            long start = System.nanoTime();
            Thread appending = Thread.ofPlatform().start(() -> {
                try {
                    Load.fullSpeed(32, ground.size.events(), i -> ground.insert(topic, "together-" + i)
                            .invoke(() -> relay.relay.wake(Buckets.of(OutboxRow.bucket("together-" + i)))));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            consuming.run(ground.size.events());
            double rate = Load.rate(ground.size.events(), start);
            appending.join();
            double bound = 1
                    / (1 / appended
                            + 1 / ground.figure("  read and delete alone, events/s")
                            + 1 / ground.figure("  send alone, events/s")
                            + 1 / ground.figure("  poll alone, events/s")
                            + 1 / ground.figure("  inbox and effects alone, events/s"));
            ground.note("append, relay, consume together, events/s", rate);
            ground.note("  append alone, events/s", appended);
            ground.note("  together: share of the bound (target 0.6)", rate / bound);
        }
    }
}
