package dev.orderflow.messaging;

/** Appending, sending and consuming at once, beside all that they do alone, in batches of the size that they had together. */
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
        DrainStage.Counted counted = new DrainStage.Counted();
        double rate;
        try (RelayThread relay = new RelayThread(counted.parts(ground), ground.assembly)) {
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
            rate = Load.rate(ground.size.events(), start);
            appending.join();
        }
        double readAndDeleted = new DrainStage(ground).readAndDeleteAlone(counted.batch());
        double marked = new ConsumeStage(ground).markAlone(consuming.batch(), topic);
        double bound = 1
                / (1 / appended
                        + 1 / readAndDeleted
                        + 1 / ground.figure("  send alone, events/s")
                        + 1 / ground.figure("  poll alone, events/s")
                        + 1 / marked);
        ground.note("append, relay, consume together, events/s", rate);
        ground.note("  append alone, events/s", appended);
        ground.note("  rows in an exchange, together", counted.batch());
        ground.note("  read and delete alone in such, events/s", readAndDeleted);
        ground.note("  records in a transaction, together", consuming.batch());
        ground.note("  inbox and effects alone in such, events/s", marked);
        ground.note("  together: share of the bound (target 0.6)", rate / bound);
    }
}
