package dev.orderflow.messaging;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** A consumer as a service has it, but for the framework around it. */
final class Consuming {

    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final Duration WHEN_IDLE = Duration.ofMillis(100);
    private static final Duration WHEN_BUSY = Duration.ofMillis(1);

    private final KafkaConsumer<byte[], byte[]> kafka;
    private final BatchConsumer consumer;
    private final AtomicLong effects = new AtomicLong();
    private final AtomicLong transactions = new AtomicLong();

    Consuming(BenchGround ground, String topic, String name) {
        kafka = ground.assembly.kafkaConsumer(name + System.nanoTime(), topic);
        consumer = ground.assembly.consumer(
                ground.assembly.outbox(ground.assembly.runner(ground.assembly.parts())), name, this::apply);
    }

    private Uni<Void> apply(Transaction transaction, List<Envelope> fresh) {
        transaction.afterCommit(() -> {
            effects.addAndGet(fresh.size());
            transactions.incrementAndGet();
        });
        return effects(transaction.sql(), fresh);
    }

    /**
     * Until so many have had their effect; events a second from the first batch on. While one batch is applied the next
     * one is polled for, as the framework does on a thread of its own.
     */
    double run(int events) {
        try (kafka) {
            long start = 0;
            long nextCommit = 0;
            Countdown patience = new Countdown(LONGEST_PAUSE);
            CompletableFuture<Void> applied = CompletableFuture.completedFuture(null);
            Map<TopicPartition, OffsetAndMetadata> offsets = Map.of(); // behind what is being applied
            while (effects.get() < events) {
                ConsumerRecords<byte[], byte[]> batch = kafka.poll(applied.isDone() ? WHEN_IDLE : WHEN_BUSY);
                if (batch.isEmpty() && patience.isOver()) {
                    throw new IllegalStateException("nothing arrives: %d of %d".formatted(effects.get(), events));
                }
                if (!batch.isEmpty()) {
                    patience.set(LONGEST_PAUSE);
                    start = start == 0 ? System.nanoTime() : start;
                    applied.join();
                    if (System.nanoTime() > nextCommit) { // as often as a service does
                        kafka.commitAsync(offsets, null);
                        nextCommit = System.nanoTime() + 1_000_000_000L;
                    }
                    offsets = batch.nextOffsets();
                    applied = consumer.receive(batch).subscribeAsCompletionStage();
                }
            }
            return Load.rate(events, start);
        }
    }

    /** How many events were applied in a transaction, on average. */
    double batch() {
        return effects.get() / (double) Math.max(1, transactions.get());
    }

    static Uni<Void> effects(SqlConnection connection, List<Envelope> events) {
        return connection
                .preparedQuery("insert into effects (aggregate, event_id, note)"
                        + " select * from unnest($1::text[], $2::uuid[], $3::text[])")
                .execute(Tuple.of(
                        events.stream().map(Envelope::aggregateId).toArray(String[]::new),
                        events.stream().map(Envelope::eventId).toArray(UUID[]::new),
                        events.stream().map(Envelope::eventType).toArray(String[]::new)))
                .replaceWithVoid();
    }
}
