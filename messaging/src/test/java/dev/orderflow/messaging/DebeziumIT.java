package dev.orderflow.messaging;

import static dev.orderflow.dev.TestPatience.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orderflow.dev.Ports;
import dev.orderflow.dev.PostgresServer;
import dev.orderflow.dev.Project;
import dev.orderflow.dev.TestDatabase;
import dev.orderflow.dev.TestServers;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Debezium takes the relay's place, and gives it back, as the README of {@code k8s} says: with the connector and the
 * publication of the files there, in a Kafka Connect, on a PostgreSQL and a Kafka that are real.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("plain")
class DebeziumIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Path K8S = Project.here().root().resolve("k8s");
    private static final String SLOT = "order_outbox";

    private final Wire wire = new Wire(TestServers.kafka());
    private final Path folder;
    private final PostgresServer postgres;
    private final TestDatabase database;
    private String topic = "";
    private String deadLetters = "";

    DebeziumIT(@TempDir Path folder) throws IOException {
        this.folder = folder;
        postgres = new PostgresServer(Project.here(), folder.resolve("postgres"), Ports.free())
                .throwaway()
                .logical();
        postgres.start();
        database = new TestDatabase(postgres.port(), "order");
        RelayHarness.migrate(database);
        asSuperuser(Files.readString(K8S.resolve("debezium.sql")));
        TestServers.createTopic("__debezium-heartbeat.order");
    }

    @AfterAll
    void stopDatabase() {
        postgres.kill();
    }

    @BeforeEach
    void createTopics() {
        topic = "debezium-" + System.nanoTime() + ".events.v1";
        deadLetters = topic + ".test.dlt";
        TestServers.createTopic(topic);
        TestServers.createTopic(deadLetters);
    }

    @AfterEach
    void clear() {
        dropSlot();
        asSuperuser("truncate outbox, things");
    }

    @Test
    void sendsWhatTheRelaySends() throws IOException, InterruptedException {
        createSlot();
        List<ConsumerRecord<byte[], byte[]>> relayed;
        try (Service service = new Service(true)) {
            service.append(rows(service.parts.appender));
            await().atMost(PATIENCE).until(() -> unsent() == 0);
            relayed = records();
        }
        assertEquals(7, relayed.size());

        List<ConsumerRecord<byte[], byte[]>> both;
        try (ConnectWorker connect = connect()) {
            await().atMost(PATIENCE).until(() -> records(connect).size() == 2 * relayed.size());
            both = records();
        }

        for (ConsumerRecord<byte[], byte[]> one : relayed) {
            ConsumerRecord<byte[], byte[]> other = repeat(one, both);
            assertArrayEquals(one.value(), other.value());
            assertEquals(headers(one), headers(other));
        }
    }

    /** The later one of the two with this key; that it is found says that topic, partition and key are the same. */
    private static ConsumerRecord<byte[], byte[]> repeat(
            ConsumerRecord<byte[], byte[]> one, List<ConsumerRecord<byte[], byte[]>> all) {
        return all.stream()
                .filter(record -> record.topic().equals(one.topic()) && record.partition() == one.partition())
                .filter(record -> Arrays.equals(record.key(), one.key()) && record.offset() > one.offset())
                .reduce((first, second) -> {
                    throw new AssertionError("more than two of " + new String(one.key(), StandardCharsets.UTF_8));
                })
                .orElseThrow();
    }

    /**
     * Sorted, so that they can be compared. What may differ is no part of it: how many zeros end a time; a trace that is
     * absent, which Debezium says by a header without a value; that the headers of a copy lie in one.
     */
    private static List<String> headers(ConsumerRecord<byte[], byte[]> record) {
        Header encoded = record.headers().lastHeader("dead-letter-headers");
        Stream<Header> all = Arrays.stream(record.headers().toArray());
        Stream<Header> copied = encoded == null
                ? Stream.empty()
                : HeaderBytes.decode(Base64.getDecoder().decode(encoded.value())).stream();
        return Stream.concat(all.filter(header -> !header.equals(encoded)), copied)
                .filter(header -> !header.key().equals("traceparent") || header.value() != null)
                .map(header -> header.key() + "=" + value(header))
                .sorted()
                .toList();
    }

    private static String value(Header header) {
        if (header.value() == null) {
            return "(none)";
        }
        String value = new String(header.value(), StandardCharsets.UTF_8);
        return header.key().equals("ce_time") ? Instant.parse(value).toString() : value;
    }

    /** While services write, but for the moments in which none runs: the steps of the README. */
    @Test
    void takesOverAndGivesBackWithoutLosingOrReordering() throws IOException, InterruptedException {
        try (Service one = new Service(true);
                Service other = new Service(true)) {
            one.write();
            other.write();
            awaitEvents(200);
            createSlot();
            long newest = number("select coalesce(max(id), 0) from outbox");
            await().atMost(PATIENCE).until(() -> number("select count(*) from outbox where id <= " + newest) == 0);
            awaitEvents(100);
            one.stopRelay();
            other.stopRelay();
            awaitEvents(20);
        }
        long left = unsent();
        assertTrue(left > 0);

        try (ConnectWorker connect = connect()) {
            try (Service one = new Service(false);
                    Service other = new Service(false)) {
                one.write();
                other.write();
                awaitEvents(200);
            }
            connect.check();
            awaitCaughtUp(connect);
        }
        assertEquals(left, unsent());
        asSuperuser("delete from outbox");

        try (Service one = new Service(true);
                Service other = new Service(true)) {
            one.write();
            other.write();
            awaitEvents(200);
            one.stopWriting();
            other.stopWriting();
            await().atMost(PATIENCE).until(() -> unsent() == 0);
        }
        History history = History.withoutEffects(database, TestServers.kafka(), topic);
        System.out.printf(
                "debezium: %d events, %d records, %d left by the relay%n", history.events(), history.records(), left);
        assertEquals(List.of(), history.wrong());
        assertTrue(history.repeats() > 0);
    }

    /** Why the README has none run for a moment: a relay knows nothing of an event that is in the log alone. */
    @Test
    void aRelayOvertakesTheConnectorWhereReplicasOfBothKindsWrite() throws IOException {
        createSlot();
        try (Service without = new Service(false);
                Service with = new Service(true)) {
            without.happen("thing");
            with.happen("thing");
            await().atMost(PATIENCE).until(() -> unsent() == 0);
        }
        try (ConnectWorker connect = connect()) {
            awaitCaughtUp(connect);
        }

        assertEquals(
                List.of("G6: of thing the first appearances are [2, 1]"),
                History.withoutEffects(database, TestServers.kafka(), topic).wrong());
    }

    /** What was appended between the two is lost, and somebody has to know. */
    @Test
    void refusesASlotThatWasMadeAnew() throws IOException {
        createSlot();
        try (Service service = new Service(false)) {
            service.happen("thing");
            try (ConnectWorker connect = connect()) {
                awaitCaughtUp(connect);
            }
            dropSlot();
            service.happen("thing");
            createSlot();
        }

        try (ConnectWorker connect = connect()) {
            await().atMost(PATIENCE).until(() -> failure(connect).contains("no longer available"));
        }
    }

    private static String failure(ConnectWorker connect) {
        try {
            connect.check();
            return "";
        } catch (AssertionError failed) {
            return failed.toString();
        }
    }

    private void awaitEvents(int more) {
        long before = number("select coalesce(sum(sequence), 0)::bigint from things");
        await().atMost(PATIENCE)
                .until(() -> number("select coalesce(sum(sequence), 0)::bigint from things") >= before + more);
    }

    /** The slot has passed all that is in the log now, and that is more than rows of the outbox. */
    private void awaitCaughtUp(ConnectWorker connect) {
        asSuperuser("select pg_switch_wal()");
        long end = number("select (pg_current_wal_insert_lsn() - '0/0')::bigint");
        await().atMost(PATIENCE).until(() -> {
            connect.check();
            return number("select (confirmed_flush_lsn - '0/0')::bigint from pg_replication_slots") >= end;
        });
    }

    /** Three events, the last of which no other led to, and two copies of dead letters. */
    private List<OutboxRow> rows(OutboxAppender appender) {
        Instant when = Instant.parse("2026-03-01T09:30:00.123450Z");
        Cause root = new Cause("story", null, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        Cause effect = new Cause("story ü", UUID.randomUUID(), root.traceparent());
        List<OutboxRow> rows = new ArrayList<>(appender.rows(
                root,
                List.of(
                        new OutgoingEvent("thing.happened", "thing", "a", 1, when, Wire.bytes("{\"note\":\"ü\"}")),
                        new OutgoingEvent("thing.happened", "thing", "b", 1, Instant.now(), Wire.bytes("{}")))));
        rows.addAll(appender.rows(
                effect,
                List.of(new OutgoingEvent(
                        "thing.changed", "1.2", "thing", "c ü", 12_345_678_901L, when.plusNanos(550_000), new byte[] {
                            0, -1, 32
                        }))));
        rows.addAll(appender.rows(
                new Cause("story", null, null),
                List.of(
                        new OutgoingEvent("thing.happened", "thing", "d", 1, when.plusNanos(6_000), new byte[0]),
                        new OutgoingEvent(
                                "thing.happened",
                                "thing",
                                "e",
                                1,
                                Instant.parse("2026-03-01T00:00:00Z"),
                                new byte[1]))));
        rows.add(copy("f", 1, Wire.bytes("no event"), List.of(header("ce_id", "none"), header("x", null))));
        rows.add(copy("g", 2, null, List.of(header("dead-letter-omitted", "headers and value: too large"))));
        return rows;
    }

    private OutboxRow copy(String key, long parkedId, byte @Nullable [] value, List<Header> headers) {
        return new OutboxRow(
                0,
                deadLetters,
                "dead-letter",
                key,
                parkedId,
                "dead-letter",
                value,
                UUID.randomUUID(),
                "1.0",
                "/messaging",
                Instant.now(),
                new Cause("identity", null, null),
                headers);
    }

    private static Header header(String name, @Nullable String value) {
        return new RecordHeader(name, value == null ? null : Wire.bytes(value));
    }

    private List<ConsumerRecord<byte[], byte[]>> records(ConnectWorker connect) {
        connect.check();
        return records();
    }

    private List<ConsumerRecord<byte[], byte[]>> records() {
        return Stream.of(topic, deadLetters)
                .flatMap(name -> wire.read(name, key -> true).stream())
                .toList();
    }

    private ConnectWorker connect() throws IOException {
        return new ConnectWorker(TestServers.kafka(), folder.resolve(topic), connector());
    }

    /** The file's, but for what is elsewhere here, and a heart that beats faster. */
    private Map<String, String> connector() throws IOException {
        Properties file = new Properties();
        try (Reader reader = Files.newBufferedReader(K8S.resolve("debezium.properties"))) {
            file.load(reader);
        }
        Map<String, String> connector = lines();
        assertEquals(file, connector);
        connector.put("database.hostname", "127.0.0.1");
        connector.put("database.port", Integer.toString(postgres.port()));
        connector.put("database.password", "CHANGE-ME");
        connector.put("heartbeat.interval.ms", "200");
        return connector;
    }

    /** As the README makes JSON of it: no line is continued, no character escaped. */
    private static Map<String, String> lines() throws IOException {
        Map<String, String> connector = new HashMap<>();
        Files.readAllLines(K8S.resolve("debezium.properties")).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(line -> line.split("=", 2))
                .forEach(property -> connector.put(property[0], property[1]));
        return connector;
    }

    private void createSlot() {
        asSuperuser("select pg_create_logical_replication_slot('" + SLOT + "', 'pgoutput', failover => true)");
    }

    private void dropSlot() {
        asSuperuser("select pg_drop_replication_slot('" + SLOT + "')");
    }

    private long unsent() {
        return number("select count(*) from outbox");
    }

    private long number(String sql) {
        return RelayHarness.numbers(database, sql).getFirst();
    }

    private void asSuperuser(String sql) {
        try (Connection connection = DriverManager.getConnection(
                        postgres.jdbcUrl(database.name()),
                        "postgres",
                        Files.readString(folder.resolve("postgres/superuser")).strip());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A replica that writes until it is told to stop. */
    private final class Service implements AutoCloseable {
        private static final int THINGS = 10;

        private final Assembly parts;
        private final RelayRunner relay;
        private final Outbox outbox;
        private final List<Thread> writers = new ArrayList<>();
        private volatile boolean writing = true;

        Service(boolean relays) {
            parts = new Assembly(
                    database,
                    TestServers.kafka(),
                    4,
                    Map.of("messaging.topic", topic, "messaging.relay", Boolean.toString(relays)));
            relay = parts.runner(parts.parts());
            outbox = parts.outbox(relay);
            relay.start(new StartupEvent());
        }

        /** Two at a time go on letting things happen. */
        void write() {
            for (int writer = 0; writer < 2; writer++) {
                writers.add(Thread.ofPlatform().start(() -> {
                    while (writing) {
                        happen("thing-" + ThreadLocalRandom.current().nextInt(THINGS));
                    }
                }));
            }
        }

        private void happen(String id) {
            outbox.transaction(transaction -> Things.next(transaction.sql(), id)
                            .flatMap(sequence -> transaction.append(
                                    new Cause("story", null, null), List.of(Things.event(id, sequence, "n")))))
                    .await()
                    .indefinitely();
        }

        void stopWriting() throws InterruptedException {
            writing = false;
            for (Thread writer : writers) {
                writer.join();
            }
        }

        void append(List<OutboxRow> rows) {
            parts.pool
                    .withTransaction(connection -> parts.appender.insert(connection, rows))
                    .await()
                    .indefinitely();
        }

        void stopRelay() throws InterruptedException {
            relay.stop(new ShutdownEvent());
        }

        @Override
        public void close() {
            try {
                stopWriting();
                stopRelay();
                parts.close();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
