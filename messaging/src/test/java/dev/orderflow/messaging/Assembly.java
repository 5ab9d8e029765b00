package dev.orderflow.messaging;

import dev.orderflow.dev.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The parts of messaging put together by hand, as a service has them, without a service around them. */
final class Assembly implements AutoCloseable {

    private static final int PARKED_PER_MINUTE = 1_000; // whoever parks here means it

    final Pool pool;
    final Connections connections;
    final Vertx vertx = Vertx.vertx();
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final MessagingMetrics metrics = new MessagingMetrics(registry);
    final MessageSpans spans;
    final OutboxAppender appender;
    private final MessagingConfig config;
    private final String bootstrap;

    /** @param size of the pool */
    Assembly(TestDatabase database, String bootstrap, int size, Map<String, String> properties) {
        this.bootstrap = bootstrap;
        config = Configured.with(properties);
        connections = new Connections(config);
        appender = new OutboxAppender(config);
        spans = new MessageSpans(OpenTelemetry.noop(), config);
        PgConnectOptions options = new PgConnectOptions()
                .setHost("localhost")
                .setPort(database.port())
                .setDatabase(database.name())
                .setUser("orderflow")
                .setPassword("orderflow")
                .setCachePreparedStatements(true);
        pool = Pool.newInstance(connections.create(new PgPoolCreator.Input() {
            @Override
            public io.vertx.core.Vertx vertx() {
                return vertx.getDelegate();
            }

            @Override
            public PoolOptions poolOptions() {
                return new PoolOptions().setMaxSize(size);
            }

            @Override
            public List<PgConnectOptions> pgConnectOptionsList() {
                return List.of(options);
            }
        }));
        // Mutiny finds its parts at its first use, which must not happen on two threads at once.
        // And, like a service, it waits for a database that is not there yet.
        pool.query("select 1")
                .execute()
                .onFailure()
                .retry()
                .withBackOff(Backoff.FIRST, Backoff.LONGEST)
                .expireIn(60_000)
                .await()
                .indefinitely();
    }

    RelayParts parts() {
        return new RelayParts(connections, vertx, kafka(), spans);
    }

    Map<String, Object> kafka() {
        return Map.of("bootstrap.servers", bootstrap, "reconnect.backoff.max.ms", "500");
    }

    RelayRunner runner(RelayParts parts) {
        return new RelayRunner(parts, metrics, config);
    }

    Outbox outbox(RelayRunner relay) {
        return new Outbox(pool, appender, relay, vertx.getDelegate());
    }

    BatchConsumer consumer(Outbox outbox, String name, Inbox.Handler handler) {
        ParkingLimit limit = new ParkingLimit(name, PARKED_PER_MINUTE, InstantSource.system(), new AtomicInteger());
        return new BatchConsumer(
                name, Set.of("thing.happened"), handler, inboxParts(outbox), limit, Connections.LONGEST_TRANSACTION);
    }

    Redrive redrive(Outbox outbox) {
        return new Redrive(inboxParts(outbox), pool);
    }

    InboxCare care() {
        return new InboxCare(pool, config);
    }

    private InboxParts inboxParts(Outbox outbox) {
        return new InboxParts(outbox, new Parking(appender, config), spans, metrics);
    }

    /** As a service's channels are set up. */
    KafkaConsumer<byte[], byte[]> kafkaConsumer(String group, String topic) {
        return kafkaConsumer(group, topic, Map.of());
    }

    /** The same but for some of its settings. */
    KafkaConsumer<byte[], byte[]> kafkaConsumer(String group, String topic, Map<String, Object> but) {
        Map<String, Object> settings = new HashMap<>(kafka());
        settings.putAll(Map.of(
                "group.id", group,
                "auto.offset.reset", "earliest",
                "enable.auto.commit", "false",
                "max.poll.records", "500",
                "fetch.max.bytes", "8388608",
                "max.partition.fetch.bytes", "524288",
                "session.timeout.ms", "10000",
                "heartbeat.interval.ms", "2500"));
        settings.putAll(but);
        KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.subscribe(List.of(topic));
        return consumer;
    }

    @Override
    public void close() {
        pool.closeAndAwait();
        vertx.closeAndAwait();
    }
}
