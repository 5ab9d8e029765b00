package dev.orderflow.messaging;

import static dev.orderflow.dev.TestPatience.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orderflow.dev.TestServers;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.InvalidRecordException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What each mechanism is there for, on the real servers: with all of them a history contradicts no guarantee, without one
 * the same history contradicts the guarantee that it serves. The model shows the same for every order of steps.
 */
@Tag("plain")
class MechanismIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final RelayHarness harness = new RelayHarness(TestServers.kafka());
    private String topic = "";

    @BeforeEach
    void createTopic() {
        topic = "mechanism-" + System.nanoTime();
        TestServers.createTopic(topic);
    }

    @AfterEach
    void close() throws InterruptedException {
        harness.close();
    }

    @Test
    void relaysThatOwnTheirBucketsRepeatNothing() {
        assertEquals(0, withTwo(new RelayVariant()).repeats());
    }

    /** And nothing worse: order does not rest on the locks. */
    @Test
    void withoutTheBucketLocksEventsAreRepeated() {
        assertTrue(
                withTwo(RelayVariant.withoutLocks(untilAnEventIsSentTwice())).repeats() > 0,
                "the locks would have saved nothing");
    }

    /** Nobody learns what was acknowledged before the other has begun. */
    private static UnaryOperator<Producer<byte[], byte[]>> untilAnEventIsSentTwice() {
        Set<String> once = ConcurrentHashMap.newKeySet();
        CompletableFuture<Void> twice = new CompletableFuture<>();
        return producer -> Intercepted.sends(producer, (record, callback, send) -> {
            if (!once.add(new String(record.headers().lastHeader("ce_id").value(), StandardCharsets.UTF_8))) {
                twice.complete(null);
            }
            send.accept((metadata, failure) -> {
                var unused = twice.thenRun(() -> callback.onCompletion(metadata, failure));
            });
        });
    }

    private History withTwo(RelayVariant variant) {
        harness.start(variant);
        harness.start(variant);
        Multi.createFrom()
                .items(IntStream.range(0, 500).boxed())
                .onItem()
                .transformToUni(i -> harness.happen(topic, "thing-" + i % 20))
                .merge(8)
                .collect()
                .last()
                .await()
                .atMost(PATIENCE);
        awaitEmpty();
        History history = harness.relayed(topic);
        assertEquals(List.of(), history.wrong());
        return history;
    }

    @Test
    void aRefusedRecordIsNotOvertaken() {
        assertEquals(List.of(), afterARefusal(RelayVariant.producing(refusingOnce())));
    }

    @Test
    void withSeveralUnacknowledgedRecordsOfAnAggregateARefusedOneIsOvertaken() {
        assertEquals(List.of("G6"), afterARefusal(RelayVariant.withoutWaitingForAcknowledgements(refusingOnce())));
    }

    private List<String> afterARefusal(RelayVariant variant) {
        IntStream.range(0, 3)
                .forEach(i -> harness.happen(topic, "thing").await().atMost(PATIENCE));
        harness.start(variant);
        awaitEmpty();
        return guarantees(harness.relayed(topic));
    }

    /** The broker does not take the second event at first. */
    private static UnaryOperator<Producer<byte[], byte[]>> refusingOnce() {
        AtomicBoolean refused = new AtomicBoolean();
        return producer -> Intercepted.sends(producer, (record, callback, send) -> {
            boolean second = "2"
                    .equals(new String(
                            record.headers().lastHeader("ce_sequence").value(), StandardCharsets.UTF_8));
            if (second && refused.compareAndSet(false, true)) {
                callback.onCompletion(null, new InvalidRecordException("refused by the test"));
            } else {
                send.accept(callback);
            }
        });
    }

    /** Somebody skipped it and that is recorded; without the record it is a lost one. */
    @Test
    void onlyARecordedSkipIsNoLoss() {
        harness.happen(topic, "thing").await().atMost(PATIENCE);
        harness.happen(topic, "thing").await().atMost(PATIENCE);
        harness.execute(
                "update outbox set refusal = 'too large', refusals = 9, retry_at = clock_timestamp() + interval '40 seconds'"
                        + " where sequence = 1");
        harness.skipFirst();
        harness.start();
        awaitEmpty();
        assertEquals(List.of(), guarantees(harness.relayed(topic)));

        harness.execute("truncate skipped");

        assertEquals(List.of("G5"), guarantees(harness.relayed(topic)));
    }

    @Test
    void whatCommitsLateIsSentInItsPlace() throws SQLException {
        harness.start();
        assertEquals(List.of(), afterALateCommit());
    }

    @Test
    void readFromAMarkWhatCommitsLateIsOvertaken() throws SQLException {
        harness.start(RelayVariant.readingFromAMark(true));
        assertEquals(List.of("G6"), afterALateCommit());
    }

    @Test
    void withACursorInPlaceOfPresenceWhatCommitsLateIsLost() throws SQLException {
        harness.start(RelayVariant.readingFromAMark(false));
        assertEquals(List.of("G5"), afterALateCommit());
    }

    /** Two events of one transaction, of which one has an id below and one an id above what was sent meanwhile. */
    private List<String> afterALateCommit() throws SQLException {
        String quick = Stream.iterate(0, i -> i + 1)
                .map(i -> "quick-" + i)
                .filter(id -> OutboxRow.bucket(id) == OutboxRow.bucket("slow"))
                .findFirst()
                .orElseThrow();
        try (Connection slow = harness.connect()) {
            slow.setAutoCommit(false);
            append(slow, "slow", next(slow, "slow"), id(slow));
            harness.happen(topic, quick).await().atMost(PATIENCE);
            awaitEmpty();
            append(slow, "slow", next(slow, "slow"), id(slow));
            slow.commit();
        }
        await().atMost(PATIENCE).until(() -> isOnTopic("slow", 2));
        harness.happen(topic, quick).await().atMost(PATIENCE);
        await().atMost(PATIENCE).until(() -> isOnTopic(quick, 2)); // what was there before would have been read, too
        return guarantees(harness.relayed(topic));
    }

    @Test
    void anIdTakenUnderTheAggregatesLockKeepsItsOrder() throws SQLException {
        assertEquals(List.of(), afterTwoWriters(false));
    }

    @Test
    void anIdTakenBeforeTheAggregatesLockBreaksItsOrder() throws SQLException {
        assertEquals(List.of("G6"), afterTwoWriters(true));
    }

    private List<String> afterTwoWriters(boolean idFirst) throws SQLException {
        try (Connection one = harness.connect();
                Connection other = harness.connect()) {
            one.setAutoCommit(false);
            other.setAutoCommit(false);
            long early = idFirst ? id(one) : 0;
            append(other, "thing", next(other, "thing"), id(other));
            other.commit();
            append(one, "thing", next(one, "thing"), idFirst ? early : id(one));
            one.commit();
        }
        harness.start();
        awaitEmpty();
        return guarantees(harness.relayed(topic));
    }

    @Test
    void aSecondDeliveryHasNoEffect() {
        assertEquals(List.of(), afterTwoDeliveries(() -> {}));
    }

    @Test
    void withoutTheInboxASecondDeliveryHasItsEffectAgain() {
        assertEquals(List.of("G7"), afterTwoDeliveries(() -> harness.execute("truncate inbox")));
    }

    private List<String> afterTwoDeliveries(Runnable between) {
        harness.start();
        harness.happen(topic, "thing").await().atMost(PATIENCE);
        awaitEmpty();
        ConsumerRecords<byte[], byte[]> batch =
                Deliveries.batch(new Wire(TestServers.kafka()).read(topic, key -> true));
        BatchConsumer consumer = harness.consumer("notes", MechanismIT::note);
        consumer.receive(batch).await().atMost(PATIENCE);
        between.run();
        consumer.receive(batch).await().atMost(PATIENCE);
        return guarantees(harness.history(topic));
    }

    private static Uni<Void> note(Transaction transaction, List<Envelope> fresh) {
        return transaction
                .sql()
                .preparedQuery("insert into effects (aggregate, event_id, note) values ($1, $2, 'noted')")
                .executeBatch(fresh.stream()
                        .map(event -> Tuple.of(event.aggregateId(), event.eventId()))
                        .toList())
                .replaceWithVoid();
    }

    private static List<String> guarantees(History history) {
        return history.wrong().stream()
                .map(wrong -> wrong.split(":", 2)[0])
                .distinct()
                .toList();
    }

    /** Locks the aggregate. */
    private static long next(Connection connection, String id) throws SQLException {
        return number(
                connection,
                "insert into things values ('%s', 1) on conflict (id) do update".formatted(id)
                        + " set sequence = things.sequence + 1 returning sequence");
    }

    private static long id(Connection connection) throws SQLException {
        return number(connection, "select nextval(pg_get_serial_sequence('outbox', 'id'))");
    }

    private static long number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private void append(Connection connection, String aggregate, long sequence, long id) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into outbox (id, bucket, topic, aggregatetype, aggregateid, sequence, type, payload, event_id,"
                        + " event_version, source, occurred_at, correlationid) overriding system value"
                        + " values (?, ?, ?, 'thing', ?, ?, 'thing.happened', '{}', ?, '1.0', '/messaging', now(), 'story')")) {
            insert.setLong(1, id);
            insert.setShort(2, OutboxRow.bucket(aggregate));
            insert.setString(3, topic);
            insert.setString(4, aggregate);
            insert.setLong(5, sequence);
            insert.setObject(6, UUID.randomUUID());
            insert.execute();
        }
    }

    private boolean isOnTopic(String key, long sequence) {
        return new Wire(TestServers.kafka())
                .read(topic, key).stream()
                        .anyMatch(record -> Wire.header(record, "ce_sequence").equals(Long.toString(sequence)));
    }

    private void awaitEmpty() {
        await().atMost(PATIENCE).until(() -> harness.unsent() == 0);
    }
}
