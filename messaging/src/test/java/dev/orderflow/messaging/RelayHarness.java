package dev.orderflow.messaging;

import dev.orderflow.dev.TestDatabase;
import dev.orderflow.dev.TestServers;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.pgclient.PgConnection;
import io.vertx.pgclient.PgNotification;
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
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Producer;

/** Relays by hand, as many as a test wants, over an outbox of its own and without a service around them. */
final class RelayHarness {

    private static final Cause CAUSE = new Cause("story", null, null);

    private final TestDatabase database = TestServers.newDatabase();
    private final String bootstrap;
    private final Assembly assembly;
    private final List<Running> relays = new ArrayList<>();

    private Duration poll = Duration.ofMillis(50);

    private record Running(Relay relay, Thread thread) {}

    RelayHarness(String bootstrap) {
        this.bootstrap = bootstrap;
        migrate(database);
        assembly = new Assembly(database, bootstrap, 8, Map.of());
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
        return start(new RelayVariant());
    }

    Relay start(RelayVariant variant) {
        Relay relay = new Relay(
                new RelayParts(assembly.connections, assembly.vertx, assembly.kafka(), assembly.spans) {
                    @Override
                    BucketLocks locks(RelayConnection connection) {
                        return variant.locks(connection);
                    }

                    @Override
                    Marks marks() {
                        return variant.marks();
                    }

                    @Override
                    OutboxReader reader(RelayConnection connection, Marks marks) {
                        return variant.reader(connection, marks);
                    }

                    @Override
                    Round round(Collection<OutboxRow> rows, BiConsumer<Round, OutboxRow> publish) {
                        return variant.round(rows, publish);
                    }

                    @Override
                    Producer<byte[], byte[]> producer() {
                        return variant.producer(super.producer());
                    }
                },
                assembly.metrics,
                poll);
        Thread thread = new Thread(relay, "relay-" + relays.size());
        relays.add(new Running(relay, thread));
        thread.start();
        return relay;
    }

    /** A relay as a service runs it; to be stopped by the test. */
    RelayRunner runner() {
        return assembly.runner(assembly.parts());
    }

    /** One that wakes whoever wants to know, in place of its own relay. */
    Outbox outbox(Consumer<Buckets> woken) {
        return assembly.outbox(new RelayRunner(assembly.parts(), assembly.metrics, Configured.asUsual()) {
            @Override
            void wake(Buckets buckets) {
                woken.accept(buckets);
            }
        });
    }

    /** A relay's connection without a relay. */
    RelayConnection connection() {
        return assembly.parts().connection();
    }

    /** What is told to all relays from now on, by whom. */
    PgConnection listen(Consumer<PgNotification> heard) {
        PgConnection connection = assembly.connections.dedicated(assembly.vertx);
        connection.getDelegate().notificationHandler(heard::accept);
        connection.query("listen outbox").executeAndAwait();
        return connection;
    }

    BatchConsumer consumer(String name, Inbox.Handler handler) {
        return assembly.consumer(assembly.outbox(runner()), name, handler);
    }

    /** Lets something happen to a thing, as a service does: its row first, then the event. */
    Uni<Void> happen(String topic, String id) {
        return assembly.pool.withTransaction(connection -> Things.next(connection, id)
                .flatMap(sequence -> assembly.appender.insert(
                        connection, List.of(row(topic, Things.event(id, sequence, "n" + sequence))))));
    }

    Uni<Void> append(String topic, OutgoingEvent... events) {
        List<OutboxRow> rows =
                java.util.Arrays.stream(events).map(event -> row(topic, event)).toList();
        return assembly.pool.withTransaction(connection -> assembly.appender.insert(connection, rows));
    }

    private OutboxRow row(String topic, OutgoingEvent event) {
        OutboxRow row = assembly.appender.rows(CAUSE, List.of(event)).getFirst();
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
        return numbers(database, sql);
    }

    static List<Long> numbers(TestDatabase database, String sql) {
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

    static void execute(TestDatabase database, String sql) {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    String databaseName() {
        return database.name();
    }

    Connection connect() {
        return database.connect();
    }

    /** As an operator does. */
    void skipFirst() {
        Blocked blocked = new Blocked(assembly.pool, assembly.metrics);
        blocked.list(0, 1)
                .flatMap(page -> blocked.skip(page.items().getFirst().eventId(), "nobody needs it"))
                .await()
                .indefinitely();
    }

    /** What has become of the events, effects not asked for. */
    History relayed(String topic) {
        return History.withoutEffects(database, bootstrap, topic);
    }

    /** What has become of the events and of their effects. */
    History history(String topic) {
        return History.of(database, bootstrap, topic);
    }

    double counted(String name) {
        return assembly.registry.find(name).counters().stream()
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
        assembly.close();
        TestServers.drop(database);
    }
}
