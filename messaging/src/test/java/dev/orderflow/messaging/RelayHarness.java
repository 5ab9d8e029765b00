package dev.orderflow.messaging;

import dev.orderflow.dev.TestDatabase;
import dev.orderflow.dev.TestServers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.producer.Producer;

/** Relays by hand, as many as a test wants, over an outbox of its own and without a service around them. */
final class RelayHarness {

    private static final Cause CAUSE = new Cause("story", null, null);

    private final TestDatabase database = TestServers.newDatabase();
    private final Vertx vertx = Vertx.vertx();
    private final Connections connections = new Connections(Configured.asUsual());
    private final OutboxAppender appender = new OutboxAppender(Configured.asUsual());
    private final Pool pool;
    private final Map<String, Object> kafka;
    private final List<Running> relays = new ArrayList<>();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private Duration poll = Duration.ofMillis(50);

    private record Running(Relay relay, Thread thread) {}

    RelayHarness(String bootstrap) {
        migrate(database);
        PgConnectOptions options = new PgConnectOptions()
                .setHost("localhost")
                .setPort(database.port())
                .setDatabase(database.name())
                .setUser("orderflow")
                .setPassword("orderflow");
        pool = Pool.newInstance(connections.create(new PgPoolCreator.Input() {
            @Override
            public io.vertx.core.Vertx vertx() {
                return vertx.getDelegate();
            }

            @Override
            public PoolOptions poolOptions() {
                return new PoolOptions().setMaxSize(8);
            }

            @Override
            public List<PgConnectOptions> pgConnectOptionsList() {
                return List.of(options);
            }
        }));
        // Mutiny finds its parts at its first use, which must not happen on two threads at once.
        pool.query("select 1").execute().await().indefinitely();
        kafka = Map.of("bootstrap.servers", bootstrap, "reconnect.backoff.max.ms", "500");
    }

    /** All tables, without a service around them. */
    static void migrate(TestDatabase database) {
        execute(database, resource("/db/migration/R__messaging.sql"));
        execute(database, resource("/db/migration/V1__test.sql"));
    }

    private static String resource(String name) {
        try (InputStream in = RelayHarness.class.getResourceAsStream(name)) {
            return new String(in == null ? new byte[0] : in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How often the relays that start from now on look by themselves. */
    void poll(Duration every) {
        poll = every;
    }

    Relay start() {
        return start(false, producer -> producer);
    }

    /** @param lawless a relay that never asks for a lock */
    Relay start(boolean lawless, UnaryOperator<Producer<byte[], byte[]>> around) {
        Relay relay = new Relay(
                new RelayParts(connections, vertx, kafka, spans()) {
                    @Override
                    BucketLocks locks(RelayConnection connection) {
                        return lawless ? new Lawless(connection) : super.locks(connection);
                    }

                    @Override
                    Producer<byte[], byte[]> producer() {
                        return around.apply(super.producer());
                    }
                },
                new MessagingMetrics(registry),
                poll);
        Thread thread = new Thread(relay, "relay-" + relays.size());
        relays.add(new Running(relay, thread));
        thread.start();
        return relay;
    }

    private static MessageSpans spans() {
        return new MessageSpans(OpenTelemetry.noop(), Configured.asUsual());
    }

    /** A relay as a service runs it; to be stopped by the test. */
    RelayRunner runner() {
        return new RelayRunner(
                new RelayParts(connections, vertx, kafka, spans()),
                new MessagingMetrics(registry),
                Configured.asUsual());
    }

    /** A relay's connection without a relay. */
    RelayConnection connection() {
        return new RelayParts(connections, vertx, kafka, spans()).connection();
    }

    private static final class Lawless extends BucketLocks {
        Lawless(RelayConnection connection) {
            super(connection);
        }

        @Override
        Buckets owned() {
            return Buckets.ALL;
        }

        @Override
        Look look() {
            return new Look(super.look().waiting(), OutboxRow.BUCKETS);
        }

        @Override
        Buckets take(int share) {
            return Buckets.NONE;
        }
    }

    /** Lets something happen to a thing, as a service does: its row first, then the event. */
    Uni<Void> happen(String topic, String id) {
        return pool.withTransaction(connection -> Things.next(connection, id)
                .flatMap(sequence ->
                        appender.insert(connection, List.of(row(topic, Things.event(id, sequence, "n" + sequence))))));
    }

    Uni<Void> append(String topic, OutgoingEvent... events) {
        List<OutboxRow> rows =
                java.util.Arrays.stream(events).map(event -> row(topic, event)).toList();
        return pool.withTransaction(connection -> appender.insert(connection, rows));
    }

    private OutboxRow row(String topic, OutgoingEvent event) {
        OutboxRow row = appender.rows(CAUSE, List.of(event)).getFirst();
        return new OutboxRow(
                0,
                topic,
                row.aggregateType(),
                row.aggregateId(),
                row.sequence(),
                row.type(),
                row.payload(),
                row.eventId(),
                row.eventVersion(),
                row.source(),
                row.occurredAt(),
                row.cause(),
                null);
    }

    long unsent() {
        return number("select count(*) from outbox");
    }

    /** Ends the connections that relays hold, as a restart of the database or a network would. */
    void cutRelays() {
        number("select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database()"
                + " and application_name = 'outbox-relay'");
    }

    long number(String sql) {
        return numbers(sql).getFirst();
    }

    /** The first column. */
    List<Long> numbers(String sql) {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<Long> numbers = new ArrayList<>();
            while (rows.next()) {
                numbers.add(rows.getLong(1));
            }
            return numbers;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    void execute(String sql) {
        execute(database, sql);
    }

    private static void execute(TestDatabase database, String sql) {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    Connection connect() {
        return database.connect();
    }

    double counted(String name) {
        return registry.find(name).counters().stream()
                .mapToDouble(io.micrometer.core.instrument.Counter::count)
                .sum();
    }

    void stop(Relay relay) throws InterruptedException {
        for (Running running : relays) {
            if (running.relay() == relay) {
                relay.stop();
                running.thread().join(Duration.ofSeconds(15));
            }
        }
    }

    void close() throws InterruptedException {
        for (Running running : relays) {
            running.relay().stop();
            running.thread().join(Duration.ofSeconds(15));
        }
        pool.closeAndAwait();
        vertx.closeAndAwait();
        TestServers.drop(database);
    }
}
