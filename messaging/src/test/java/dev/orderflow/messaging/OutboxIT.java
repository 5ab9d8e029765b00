package dev.orderflow.messaging;

import static dev.orderflow.dev.TestPatience.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orderflow.dev.TestServers;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgException;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;

/** G5: an event is on Kafka if and only if its transaction committed. */
@QuarkusTest
@WithTestResource(value = TestServers.class, initArgs = @ResourceArg(name = "topics", value = Things.TOPICS))
class OutboxIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Cause CAUSE = new Cause("story", null, null);

    @Inject
    Things things;

    @Inject
    Outbox outbox;

    @Inject
    Pool pool;

    private final Wire wire = new Wire(TestServers.kafka());
    private final String id = UUID.randomUUID().toString();

    @Test
    void publishesWhatWasCommittedAsACloudEvent() {
        UUID causation = UUID.randomUUID();
        Instant when = Instant.parse("2026-03-01T09:30:00.123456Z");
        OutgoingEvent event =
                new OutgoingEvent("thing.happened", "1.2", "thing", id, 1, when, Wire.bytes("{\"note\":\"ü\"}"));

        outbox.transaction(transaction -> transaction.append(new Cause("story", causation, null), List.of(event)))
                .await()
                .indefinitely();

        ConsumerRecord<byte[], byte[]> record = first();
        Map<String, String> headers = Wire.headers(record);
        assertEquals(7, UUID.fromString(headers.getOrDefault("ce_id", "")).version());
        headers.remove("ce_id");
        assertTrue(
                headers.getOrDefault("traceparent", "").matches("00-[0-9a-f]{32}-[0-9a-f]{16}-01"), headers::toString);
        headers.remove("traceparent");
        assertEquals(
                Map.ofEntries(
                        Map.entry("ce_specversion", "1.0"),
                        Map.entry("ce_type", "thing.happened"),
                        Map.entry("ce_source", "/messaging"),
                        Map.entry("ce_subject", id),
                        Map.entry("ce_time", "2026-03-01T09:30:00.123456Z"),
                        Map.entry("ce_eventversion", "1.2"),
                        Map.entry("ce_dataschema", "schemas/thing.happened.json"),
                        Map.entry("ce_correlationid", "story"),
                        Map.entry("ce_causationid", causation.toString()),
                        Map.entry("ce_sequence", "1"),
                        Map.entry("content-type", "application/json")),
                headers);
        assertArrayEquals(Wire.bytes("{\"note\":\"ü\"}"), record.value());
    }

    @Test
    void arrivesAtTheConsumer() {
        things.happen(id, "seen").await().indefinitely();

        await().atMost(PATIENCE).until(() -> things.handled(id).size() == 1);
        Envelope event = things.handled(id).getFirst();
        assertEquals("thing.happened", event.eventType());
        assertEquals("/messaging", event.source());
        assertEquals(event.eventId(), event.cause().causationId());
    }

    @Test
    void aRollbackPublishesNothing() {
        Uni<Void> doomed = outbox.transaction(transaction -> Things.next(transaction.sql(), id)
                .chain(() -> transaction.append(CAUSE, List.of(Things.event(id, 1, "never"))))
                .chain(() -> Uni.createFrom().failure(new IllegalStateException("after the append"))));

        assertThrows(IllegalStateException.class, () -> doomed.await().indefinitely());

        assertEquals(0, count("things"));
        awaitEverythingSent();
        assertEquals(List.of(), wire.read(Things.TOPIC, id));
    }

    @Test
    void whatIsLeftForAfterTheCommitSeesItDoneAndIsForgottenByARollback() {
        List<String> seen = new CopyOnWriteArrayList<>();
        Uni<Void> doomed = outbox.transaction(transaction -> {
            transaction.afterCommit(() -> seen.add("after a rollback"));
            return Uni.createFrom().failure(new IllegalStateException("undone"));
        });
        assertThrows(IllegalStateException.class, () -> doomed.await().indefinitely());

        outbox.transaction(transaction -> {
                    transaction.afterCommit(() -> seen.add("first"));
                    transaction.afterCommit(() -> {
                        throw new IllegalStateException("too late to matter");
                    });
                    return Things.next(transaction.sql(), id)
                            .invoke(() -> transaction.afterCommit(() -> seen.add("then")))
                            .invoke(() -> assertEquals(List.of(), seen));
                })
                .await()
                .indefinitely();

        assertEquals(List.of("first", "then"), seen);
    }

    @Test
    void withoutARelayARowIsThereForTheDatabasesLogOnly() {
        OutboxAppender appender = new OutboxAppender(Configured.with(Map.of("messaging.relay", "false")));
        String given = "select last_value from outbox_id_seq";
        long before = number(given);

        pool.withTransaction(connection ->
                        appender.insert(connection, appender.rows(CAUSE, List.of(Things.event(id, 1, "logged")))))
                .await()
                .indefinitely();

        assertTrue(number(given) > before);
        assertEquals(0, number("select count(*) from outbox where aggregateid = '" + id + "'"));
        outbox.transaction(transaction -> transaction.append(CAUSE, List.of(Things.event(id, 2, "sent"))))
                .await()
                .indefinitely();
        List<ConsumerRecord<byte[], byte[]>> sent =
                await().atMost(PATIENCE).until(() -> wire.read(Things.TOPIC, id), records -> !records.isEmpty());
        assertEquals("2", Wire.header(sent.getFirst(), "ce_sequence"));
    }

    @Test
    void anAppendThatFailsTakesTheChangeWithIt() {
        Uni<Void> doomed = outbox.transaction(transaction -> Things.next(transaction.sql(), id)
                .chain(() -> transaction.append(
                        CAUSE, List.of(Things.event(id, 1, "first"), Things.event(id, 1, "same sequence")))));

        assertThrows(PgException.class, () -> doomed.await().indefinitely());

        assertEquals(0, count("things"));
    }

    @Test
    void whatCouldNeverBeSentIsRefusedAndTakesTheChangeWithIt() {
        OutgoingEvent huge = new OutgoingEvent("thing.happened", "thing", id, 1, Instant.now(), new byte[1_000_000]);
        Uni<Void> doomed = outbox.transaction(transaction ->
                Things.next(transaction.sql(), id).chain(() -> transaction.append(CAUSE, List.of(huge))));

        assertThrows(IllegalArgumentException.class, () -> doomed.await().indefinitely());

        assertEquals(0, count("things"));
    }

    @Test
    void theLargestThatIsAcceptedArrives() {
        OutgoingEvent large = new OutgoingEvent("thing.unheard", "thing", id, 1, Instant.now(), new byte[999_000]);

        outbox.transaction(transaction -> transaction.append(CAUSE, List.of(large)))
                .await()
                .indefinitely();

        assertEquals(999_000, first().serializedValueSize());
    }

    @Test
    void workThatThrowsRollsBack() {
        Uni<Void> doomed = outbox.transaction(transaction -> {
            throw new IllegalStateException("before any statement");
        });

        assertThrows(IllegalStateException.class, () -> doomed.await().indefinitely());
    }

    @Test
    void eventsOfOneAppendKeepTheirOrder() {
        outbox.transaction(transaction -> transaction.append(
                        CAUSE, List.of(Things.event(id, 1, "a"), Things.event(id, 2, "b"), Things.event(id, 3, "c"))))
                .await()
                .indefinitely();

        await().atMost(PATIENCE).until(() -> wire.read(Things.TOPIC, id).size() == 3);
        assertEquals(
                List.of("1", "2", "3"),
                wire.read(Things.TOPIC, id).stream()
                        .map(record -> Wire.header(record, "ce_sequence"))
                        .toList());
    }

    /** Whoever gives up waiting must not leave a transaction half way, or a connection that nobody gives back. */
    @Test
    void whoeverStopsWaitingDoesNotStopTheTransaction() {
        for (int i = 0; i < 50; i++) {
            things.happen(id, "n").subscribe().with(done -> {}).cancel();
        }

        await().atMost(PATIENCE).until(() -> count("things") == 1 && sequence() == 50);
        await().atMost(PATIENCE).until(() -> wire.read(Things.TOPIC, id).size() == 50);
    }

    @Test
    void sessionsAreBounded() {
        Map<String, String> expected = Map.of(
                "idle_in_transaction_session_timeout", "5s",
                "transaction_timeout", "30s",
                "lock_timeout", "5s");

        expected.forEach((name, value) -> assertEquals(
                value,
                pool.query("show " + name)
                        .execute()
                        .await()
                        .indefinitely()
                        .iterator()
                        .next()
                        .getString(0)));
    }

    @Test
    void withoutACollectorNothingIsExported() {
        assertTrue(ConfigProvider.getConfig()
                .getConfigValue("quarkus.otel.exporter.otlp.endpoint")
                .getValue()
                .isBlank());
    }

    private ConsumerRecord<byte[], byte[]> first() {
        await().atMost(PATIENCE).until(() -> !wire.read(Things.TOPIC, id).isEmpty());
        return wire.read(Things.TOPIC, id).getFirst();
    }

    private void awaitEverythingSent() {
        await().atMost(PATIENCE).until(() -> number("select count(*) from outbox where aggregatetype = 'thing'") == 0);
    }

    private long count(String table) {
        return pool.preparedQuery("select count(*) from " + table + " where id = $1")
                .execute(Tuple.of(id))
                .await()
                .indefinitely()
                .iterator()
                .next()
                .getLong(0);
    }

    private long sequence() {
        return number("select sequence from things where id = '" + id + "'");
    }

    private long number(String sql) {
        return Sql.number(pool, sql);
    }
}
