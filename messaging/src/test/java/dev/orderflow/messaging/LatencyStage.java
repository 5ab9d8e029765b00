package dev.orderflow.messaging;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.producer.Producer;

/** From the commit to Kafka's acknowledgement at a steady rate, beside a read and a send alone. */
final class LatencyStage {

    private final BenchGround ground;

    LatencyStage(BenchGround ground) {
        this.ground = ground;
    }

    void run() throws InterruptedException {
        double read = readAlone();
        measure("", read, BenchGround.newTopicWithoutFlushing());
        measure(", each record flushed", read, BenchGround.newTopic());
    }

    private void measure(String how, double read, String topic) throws InterruptedException {
        Load.Latency send = sendAlone(topic);
        Load.Latency latency = steadily(topic, ground.size.warmSeconds(), ground.size.latencySeconds(), () -> {});
        ground.note("commit to acknowledged at 1,000/s%s, p50 ms (target 5)".formatted(how), latency.p50());
        ground.note("commit to acknowledged at 1,000/s%s, p99 ms (target 25)".formatted(how), latency.p99());
        ground.note("  floor%s: a read and a send alone, p50 ms".formatted(how), read + send.p50());
        ground.note("  send alone at 1,000/s%s, p99 ms".formatted(how), send.p99());
    }

    /** A thousand events a second for so long, and how long each took; {@code warm} says that it is about to be measured. */
    Load.Latency steadily(String topic, int warmSeconds, int seconds, Runnable warm) throws InterruptedException {
        Map<String, Long> acknowledged = new ConcurrentHashMap<>();
        Map<String, Long> committed = new ConcurrentHashMap<>();
        try (RelayThread relay = new RelayThread(
                ground.parts(producer -> Intercepted.sends(
                        producer,
                        (record, callback, go) -> go.accept((metadata, failure) -> {
                            acknowledged.put(new String(record.key(), StandardCharsets.UTF_8), System.nanoTime());
                            callback.onCompletion(metadata, failure);
                        }))),
                ground.assembly)) {
            relay.awaitOwner();
            append(topic, 1_000 * warmSeconds, "warm" + System.nanoTime(), relay, committed);
            committed.clear();
            acknowledged.clear();
            warm.run();
            append(topic, 1_000 * seconds, "measured" + System.nanoTime(), relay, committed);
            return Load.Latency.of(committed.entrySet().stream()
                    .mapToLong(entry ->
                            Math.max(0, Objects.requireNonNull(acknowledged.get(entry.getKey())) - entry.getValue()))
                    .toArray());
        }
    }

    private void append(String topic, int count, String prefix, RelayThread relay, Map<String, Long> committed)
            throws InterruptedException {
        Load.atRate(1_000, count, i -> {
            String id = prefix + "-" + i;
            return ground.insert(topic, id).invoke(() -> {
                committed.put(id, System.nanoTime());
                relay.relay.wake(Buckets.of(OutboxRow.bucket(id)));
            });
        });
        relay.await(() -> ground.unsent() == 0);
    }

    private Load.Latency sendAlone(String topic) throws InterruptedException {
        int count = 1_000 * ground.size.warmSeconds();
        long[] nanos = new long[count];
        try (Producer<byte[], byte[]> producer = ground.assembly.parts().producer()) {
            for (int warm = 0; warm < 2; warm++) {
                Load.atRate(1_000, count, i -> {
                    long start = System.nanoTime();
                    return BenchGround.sending(producer, ground.record(topic, "k" + i))
                            .invoke(() -> nanos[i] = System.nanoTime() - start);
                });
            }
        }
        return Load.Latency.of(nanos);
    }

    private double readAlone() {
        ground.assembly
                .pool
                .withTransaction(connection ->
                        ground.assembly.appender.insert(connection, List.of(ground.row("none", "alone", 1))))
                .await()
                .indefinitely();
        try (RelayConnection connection = ground.assembly.parts().connection()) {
            OutboxReader reader = new OutboxReader(connection, new Marks());
            Buckets bucket = Buckets.of(OutboxRow.bucket("alone"));
            long[] nanos = new long[2_000];
            for (int i = 0; i < nanos.length; i++) {
                long start = System.nanoTime();
                reader.exchange(List.of(), bucket, OutboxReader.LeftOut.NOTHING, 1_000_000);
                nanos[i] = System.nanoTime() - start;
            }
            ground.execute("truncate outbox");
            return Load.Latency.of(nanos).p50();
        }
    }
}
