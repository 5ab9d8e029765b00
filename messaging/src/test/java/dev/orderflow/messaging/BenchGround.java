package dev.orderflow.messaging;

import dev.orderflow.dev.TestDatabase;
import dev.orderflow.dev.TestServers;
import dev.orderflow.dev.Topics;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;

/** What the stages of one run work with: a database of its own, and what is put into it and onto Kafka. */
final class BenchGround implements AutoCloseable {

    /** How many connections appending and marking are tried with. */
    static final int[] CLIENTS = {1, 8, 32};

    private static final int PAYLOAD = 300; // bytes, as an order with two lines
    private static final Cause CAUSE =
            new Cause("bench", null, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

    /** How much is done. */
    record Size(
            int warmSeconds,
            int latencySeconds,
            int events,
            int tries, // of what is done alone the best is taken
            int idleSeconds,
            int pinnedSeconds,
            int backlog,
            boolean waitsForServer, // to clean what was pinned; or cleans itself
            int inboxRows) {
        static final Size FULL = new Size(20, 60, 60_000, 3, 40, 60, 1_000_000, true, 10_000_000);
        static final Size SMOKE = new Size(1, 1, 1_000, 1, 2, 1, 1_000, false, 1_000);
    }

    final Size size;
    final Assembly assembly;
    private final Consumer<String> say;
    private final TestDatabase database = TestServers.newDatabase();
    private final Map<String, Double> figures = new LinkedHashMap<>();

    BenchGround(Size size, Consumer<String> say) {
        this.size = size;
        this.say = say;
        RelayHarness.migrate(database);
        assembly = new Assembly(database, TestServers.kafka(), 32, Map.of("messaging.connection-queue", "100000"));
        // As a service has it: today's marks in a partition of their own.
        execute("select inbox_prepare((now() at time zone 'UTC')::date)");
    }

    TestDatabase database() {
        return database;
    }

    /** Figures by name: milliseconds, events a second, or what their name says. */
    Map<String, Double> figures() {
        return figures;
    }

    void note(String name, double figure) {
        figures.put(name, figure);
        say.accept("  %-58s %,12.2f".formatted(name, figure));
    }

    static String newTopic() {
        String topic = "bench-" + System.nanoTime();
        TestServers.createTopic(topic);
        return topic;
    }

    /** One that Kafka flushes to the disk as it does by default, when replicas keep what a power cut takes. */
    static String newTopicWithoutFlushing() {
        String topic = newTopic();
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        ConfigEntry never = new ConfigEntry(TopicConfig.FLUSH_MESSAGES_INTERVAL_CONFIG, Long.toString(Long.MAX_VALUE));
        try (Admin admin = Topics.admin(TestServers.kafka())) {
            admin.incrementalAlterConfigs(Map.of(resource, List.of(new AlterConfigOp(never, AlterConfigOp.OpType.SET))))
                    .all()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
        }
        return topic;
    }

    /** As a service writes it: the aggregate's row first. */
    Uni<Void> insert(String topic, String id) {
        return assembly.pool.withTransaction(connection -> Things.next(connection, id)
                .flatMap(sequence -> assembly.appender.insert(connection, List.of(row(topic, id, sequence)))));
    }

    OutboxRow row(String topic, String id, long sequence) {
        OutgoingEvent event = Things.event(id, sequence, "x".repeat(PAYLOAD));
        return new OutboxRow(
                0,
                topic,
                "thing",
                id,
                sequence,
                event.eventType(),
                event.data(),
                assembly.appender.nextId(),
                "1.0",
                "/bench",
                event.occurredAt(),
                CAUSE,
                null);
    }

    static Uni<Void> sending(Producer<byte[], byte[]> producer, ProducerRecord<byte[], byte[]> record) {
        return Uni.createFrom().emitter(emitter -> {
            var unused = producer.send(record, (metadata, failure) -> {
                if (failure == null) {
                    emitter.complete(null);
                } else {
                    emitter.fail(failure);
                }
            });
        });
    }

    ProducerRecord<byte[], byte[]> record(String topic, String key) {
        OutboxRow row = row(topic, key, 1);
        return new ProducerRecord<>(topic, null, null, row.key(), row.payload(), row.recordHeaders());
    }

    void fill(String topic, int events) {
        fill(topic, 0, events);
    }

    /** Events of these numbers, three of each aggregate. */
    void fill(String topic, int from, int to) {
        int perInsert = 1_500;
        Multi.createFrom()
                .range(0, (to - from + perInsert - 1) / perInsert)
                .onItem()
                .transformToUni(insert -> {
                    List<OutboxRow> rows = IntStream.range(
                                    from + insert * perInsert, Math.min(from + (insert + 1) * perInsert, to))
                            .mapToObj(i -> row(topic, "backlog-" + i / 3, i % 3 + 1))
                            .toList();
                    return assembly.pool.withTransaction(connection -> assembly.appender.insert(connection, rows));
                })
                .merge(2)
                .collect()
                .last()
                .await()
                .indefinitely();
    }

    void execute(String sql) {
        assembly.pool.query(sql).execute().await().indefinitely();
    }

    long unsent() {
        return number(assembly, "select count(*) from (select from outbox limit 1000) as first_ones");
    }

    RelayParts parts(UnaryOperator<Producer<byte[], byte[]>> around) {
        return new RelayParts(assembly.connections, assembly.vertx, assembly.kafka(), assembly.spans) {
            @Override
            Producer<byte[], byte[]> producer() {
                return around.apply(super.producer());
            }
        };
    }

    double figure(String name) {
        return figures.getOrDefault(name, Double.NaN);
    }

    ProducerRecord<byte[], byte[]> arriving(String topic, int i) {
        return record(topic, "arriving-" + i);
    }

    static long number(Assembly assembly, String sql) {
        return Sql.number(assembly.pool, sql);
    }

    @Override
    public void close() {
        assembly.close();
        TestServers.drop(database);
    }
}
