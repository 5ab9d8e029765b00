package dev.orderflow.messaging;

import static dev.orderflow.dev.TestPatience.await;
import static dev.orderflow.messaging.Deliveries.batch;
import static dev.orderflow.messaging.Deliveries.poison;
import static dev.orderflow.messaging.Deliveries.received;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orderflow.dev.TestServers;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.ObserverMethod;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** G7 and G10: one effect per event, however often it comes; a broken record keeps its own key waiting and no other. */
@QuarkusTest
@WithTestResource(value = TestServers.class, initArgs = @ResourceArg(name = "topics", value = Things.TOPICS))
class InboxIT {

    private static final String DEAD_LETTERS = Things.TOPIC + ".test.dlt";
    /** The limit of these tests' service. */
    private static final int PARKED_PER_MINUTE = 150;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Inject
    Things things;

    @Inject
    Inbox inbox;

    @Inject
    InboxParts parts;

    @Inject
    InboxCare care;

    @Inject
    BeanManager beans;

    @Inject
    Pool pool;

    @Inject
    MeterRegistry metrics;

    @Inject
    KafkaClientService clients;

    @Inject
    ConsumerClients consumers;

    @TestHTTPResource(value = "/health", management = true)
    String health = "";

    private final Wire wire = new Wire(TestServers.kafka());
    private final String key = UUID.randomUUID().toString();

    @AfterEach
    void allIsWell() {
        things.meets(event -> {});
    }

    @Test
    void aSecondDeliveryChangesNothing() throws InterruptedException {
        ProducerRecord<byte[], byte[]> record = event(key, "once");

        wire.send(record);
        wire.send(record);
        wire.send(event(key, "last"));

        awaitNotes(key, List.of("once", "last"));
    }

    @Test
    void aConsumerKnowsWhenItAskedKafkaLast() throws InterruptedException {
        wire.send(event(key, "asked for"));
        awaitNotes(key, List.of("asked for"));

        double silence = consumers.silence();
        assertTrue(silence >= 0 && silence < ConsumersLiveness.SILENCE_SECONDS, () -> "asked " + silence + " s ago");
    }

    @Test
    void lagIsWhatAConsumerThatIsStuckHasYetToApply() throws InterruptedException {
        AtomicBoolean stuck = new AtomicBoolean(true);
        things.meets(event -> {
            if (stuck.get()) {
                throw new PgException("too many connections", "FATAL", "53300", "");
            }
        });
        try {
            for (int i = 0; i < 30; i++) {
                wire.send(event(key, "n" + i));
            }

            await().atMost(PATIENCE).until(() -> lag() >= 30);
        } finally {
            stuck.set(false);
        }
        await().atMost(PATIENCE).until(() -> lag() == 0);
    }

    /** Negative while Kafka has not told. */
    private static int lag() {
        Integer lag =
                RestAssured.get("/api/v1/flow").then().extract().jsonPath().get("lag");
        return lag == null ? -1 : lag;
    }

    @Test
    void aWholeTopicReplayedChangesNothing() throws InterruptedException {
        IntStream.range(0, 20).forEach(i -> things.happen(key, "n" + i).await().indefinitely());
        wire.send(event(key, "end"));
        await().atMost(PATIENCE).until(() -> notes(key).size() == 21);
        List<String> before = notes();

        receive(wire.read(Things.TOPIC, anyKey -> true));

        assertEquals(before, notes());
    }

    @Test
    void aBrokenRecordKeepsItsOwnKeyWaitingAndNoOther() throws InterruptedException {
        String other = UUID.randomUUID().toString();
        wire.send(event(key, "before"));
        ProducerRecord<byte[], byte[]> broken = Wire.record(Things.TOPIC, key, id(), "{\"note\": \0 no json");
        broken.headers().add("anything", new byte[] {0, -1, 7});

        wire.send(broken);
        wire.send(event(key, "behind"));
        wire.send(event(other, "flows"));

        awaitNotes(other, List.of("flows"));
        await().atMost(PATIENCE).until(() -> parked(key).size() == 2);
        assertEquals(List.of("before"), notes(key));
        assertArrayEquals(
                broken.value(), parked(key).getFirst().getBuffer("record_value").getBytes());
        assertEquals("behind a parked record", parked(key).getLast().getString("reason"));
        await().atMost(PATIENCE).until(() -> wire.read(DEAD_LETTERS, key).size() == 2);
        ConsumerRecord<byte[], byte[]> copy = wire.read(DEAD_LETTERS, key).getFirst();
        assertArrayEquals(broken.value(), copy.value());
        assertArrayEquals(
                new byte[] {0, -1, 7}, copy.headers().lastHeader("anything").value());
        assertEquals(Things.TOPIC, Wire.header(copy, "dead-letter-topic"));
        assertTrue(
                Wire.header(copy, "dead-letter-reason").contains("Exception"), Wire.header(copy, "dead-letter-reason"));
    }

    @Test
    void whatHasNoKeyOrNoIdentityIsParkedAsItCame() throws InterruptedException {
        double before = parkedSoFar();

        wire.send(Wire.record(Things.TOPIC, null, id(), "{}"));
        wire.send(Wire.record(Things.TOPIC, key, null, "{}"));
        wire.send(Wire.record(Things.TOPIC, key + "-2", "no uuid \0", "{}"));
        wire.send(Wire.record(Things.TOPIC, key + "\0", id(), "{}"));
        wire.send(new ProducerRecord<>(Things.TOPIC, null, null));
        wire.send(event(key + "-3", "flows"));

        awaitNotes(key + "-3", List.of("flows"));
        await().atMost(PATIENCE).until(() -> parkedSoFar() == before + 5);
        assertEquals("no ce_id that is a UUID", parked(key).getFirst().getString("reason"));
    }

    @Test
    void whatItDoesNotKnowIsCountedAndNotParked() throws InterruptedException {
        double parkedBefore = parkedSoFar();
        double before = ignored();
        ProducerRecord<byte[], byte[]> unknown = event(key, "from a newer publisher");
        unknown.headers().remove("ce_type").add("ce_type", Wire.bytes("thing.vanished"));

        wire.send(unknown);
        wire.send(event(key, "known"));

        awaitNotes(key, List.of("known"));
        assertEquals(before + 1, ignored());
        assertEquals(parkedBefore, parkedSoFar());
    }

    @Test
    void aBatchWithPoisonInItIsAppliedButForThePoisonAndWhatIsBehindIt() {
        things.meets(event -> {
            if (event.aggregateId().endsWith("-7") && event.sequence() == 2) {
                throw new IllegalArgumentException("poison");
            }
        });
        List<ConsumerRecord<byte[], byte[]>> batch = new ArrayList<>();
        for (int sequence = 1; sequence <= 3; sequence++) {
            for (int thing = 0; thing < 30; thing++) { // more than are applied in one transaction
                batch.add(received(key + "-" + thing, sequence, batch.size()));
            }
        }

        receive(batch);

        for (int thing = 0; thing < 30; thing++) {
            assertEquals(thing == 7 ? List.of("n1") : List.of("n1", "n2", "n3"), notes(key + "-" + thing));
        }
        assertEquals(2, parked(key + "-7").size());
        assertTrue(parked(key + "-7").getFirst().getString("reason").contains("poison"));
    }

    @Test
    void aBatchIsCountedOnceHoweverOftenItWasTried() {
        receive(List.of(received(key, 1, 1)));
        double applied = counted("inbox.applied");
        double duplicates = counted("inbox.duplicates");
        // A sequence is not rolled back: the first commit fails, the second does not.
        execute("create sequence commits");
        execute("create function refuse() returns trigger language plpgsql as $$ begin if nextval('commits') = 1 then"
                + " raise exception 'not now' using errcode = '40001'; end if; return null; end $$");
        execute("create constraint trigger refuse after insert on effects deferrable initially deferred"
                + " for each row when (new.aggregate = '" + key + "') execute function refuse()");
        try {
            receive(List.of(received(key, 1, 1), received(key, 2, 2)));
        } finally {
            execute("drop function refuse() cascade");
            execute("drop sequence commits");
        }

        assertEquals(List.of("n1", "n2"), notes(key));
        assertEquals(applied + 1, counted("inbox.applied"));
        assertEquals(duplicates + 1, counted("inbox.duplicates"));
    }

    @Test
    void whatWasParkedIsCounted() {
        double before = counted("inbox.records.parked");
        things.meets(poison(key));

        receive(List.of(received(key, 1, 1), received(key, 2, 2), received(key + "-2", 1, 3)));

        assertEquals(before + 2, counted("inbox.records.parked"));
    }

    @Test
    void whatNeverHappenedIsCountedAsNothing() {
        inbox.consumer("idle", Set.of("thing.happened"), (transaction, fresh) -> Uni.createFrom()
                .voidItem());

        for (String name : List.of(
                "inbox.applied",
                "inbox.duplicates",
                "inbox.ignored",
                "inbox.retries",
                "inbox.records.parked",
                "inbox.records.discarded")) {
            assertEquals(0, metrics.get(name).tag("consumer", "idle").counter().count(), name);
        }
    }

    @Test
    void whatIsFetchedIsBoundedInBytes() {
        var settings = clients.getConsumers("events").getFirst().configuration();

        assertEquals("8388608", String.valueOf(settings.get("fetch.max.bytes")));
        assertEquals("524288", String.valueOf(settings.get("max.partition.fetch.bytes")));
    }

    @Test
    void aConsumerThatCannotBeANameIsTheCallersMistake() {
        RestAssured.given()
                .urlEncodingEnabled(false)
                .get("/api/v1/parked?consumer=%00")
                .then()
                .statusCode(400)
                .contentType("application/problem+json");
    }

    @Test
    void aServiceTellsWhichBuildItIs() {
        RestAssured.get(health.replace("/health", "/info"))
                .then()
                .statusCode(200)
                .body("build.version", notNullValue());
    }

    @Test
    void redriveAppliesAKeysRecordsInOrderAndFreesIt() {
        things.meets(poison(key));
        ConsumerRecord<byte[], byte[]> traced = received(key, 1, 1);
        traced.headers().add("traceparent", Wire.bytes("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
        List<ConsumerRecord<byte[], byte[]>> records = List.of(traced, received(key, 2, 2), received(key, 3, 3));
        receive(records);
        assertEquals(3, parked(key).size());

        things.meets(event -> {});
        JsonPath outcome = redrive(key);

        assertEquals(3, outcome.getInt("redriven"));
        assertEquals(
                records.stream().map(record -> Wire.header(record, "ce_id")).toList(),
                things.handled(key).stream()
                        .map(event -> event.eventId().toString())
                        .toList());
        String trace = String.valueOf(things.handled(key).getFirst().cause().traceparent());
        assertTrue(trace.startsWith("00-0af7651916cd43dd8448eb211c80319c-"), trace);
        assertEquals(List.of("n1", "n2", "n3"), notes(key));
        assertEquals(0, parked(key).size());
        receive(List.of(received(key, 4, 4), received(key, 2, 2)));
        assertEquals(List.of("n1", "n2", "n3", "n4"), notes(key));
        assertEquals(0, redrive(key).getInt("redriven"));
    }

    @Test
    void redriveStopsAtTheRecordThatFailsAgain() {
        things.meets(poison(key));
        receive(List.of(received(key, 1, 1), received(key, 2, 2), received(key, 3, 3)));

        things.meets(event -> {
            if (event.sequence() == 2) {
                throw new IllegalArgumentException("still poison");
            }
        });
        JsonPath outcome = redrive(key);

        assertEquals(1, outcome.getInt("redriven"));
        assertTrue(outcome.getString("failure").contains("still poison"));
        assertEquals(List.of("n1"), notes(key));
        assertEquals(
                List.of(1, 0),
                parked(key).stream().map(row -> row.getInteger("attempts")).toList());
    }

    @Test
    void redriveAndConsumerTogetherLoseNothingAndKeepTheOrder() {
        for (int round = 0; round < 15; round++) {
            String contested = key + "-" + round;
            things.meets(poison(contested));
            receive(List.of(received(contested, 1, 1), received(contested, 2, 2)));
            things.meets(event -> {});

            List<Uni<Void>> everybody = new ArrayList<>();
            for (int sequence = 3; sequence <= 8; sequence++) {
                everybody.add(things.receive(batch(List.of(received(contested, sequence, sequence)))));
            }
            Uni<Void> consumer = Uni.join()
                    .all(everybody)
                    .usingConcurrencyOf(1)
                    .andFailFast()
                    .replaceWithVoid();
            Uni<Void> redrives = Uni.join()
                    .all(things.redrive(contested), things.redrive(contested))
                    .andFailFast()
                    .replaceWithVoid();
            Uni.join().all(consumer, redrives).andFailFast().await().atMost(PATIENCE);
            redrive(contested);

            assertEquals(List.of("n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8"), notes(contested));
            assertEquals(0, parked(contested).size());
        }
    }

    @Test
    void twoReplicasWithTheSameRecordsHaveOneEffect() {
        for (int round = 0; round < 15; round++) {
            String contested = key + "-" + round;
            AtomicInteger failures = new AtomicInteger(round % 3);
            things.meets(event -> {
                if (event.aggregateId().equals(contested) && failures.getAndDecrement() > 0) {
                    throw new IllegalArgumentException("poison for one of them");
                }
            });
            List<ConsumerRecord<byte[], byte[]>> records =
                    List.of(received(contested, 1, 1), received(contested, 2, 2), received(contested, 3, 3));

            Uni.join()
                    .all(things.receive(batch(records)), things.receive(batch(records)))
                    .andFailFast()
                    .await()
                    .atMost(PATIENCE);
            redrive(contested);

            assertEquals(List.of("n1", "n2", "n3"), notes(contested));
        }
    }

    @Test
    void aFailureThatPassesIsWaitedForAndParksNothing() {
        AtomicInteger tries = new AtomicInteger();
        things.meets(event -> {
            if (event.aggregateId().equals(key) && tries.incrementAndGet() < 4) {
                throw new PgException("deadlock detected", "ERROR", "40P01", "");
            }
        });

        receive(List.of(received(key, 1, 1)));

        assertEquals(4, tries.get());
        assertEquals(List.of("n1"), notes(key));
        assertEquals(0, parked(key).size());
    }

    @Test
    void whatIsSaidAboutOneRecordCarriesItsCorrelationId() {
        AtomicInteger tries = new AtomicInteger();
        things.meets(event -> {
            if (event.aggregateId().equals(key)) {
                throw tries.incrementAndGet() == 1
                        ? new PgException("deadlock detected", "ERROR", "40P01", "")
                        : new IllegalArgumentException("poison");
            }
        });
        ConsumerRecord<byte[], byte[]> record = received(key, 1, 1);
        record.headers().add("ce_correlationid", Wire.bytes("story-" + key));

        try (Said said = Said.by(BatchConsumer.class)) {
            receive(List.of(record));

            assertEquals(2, said.lines().size());
            said.lines().forEach(line -> assertEquals("story-" + key, line.correlationId(), line.text()));
        }
    }

    @Test
    void aConsumerThatLeavesNeitherTriesAgainNorComplains() {
        AtomicInteger tries = new AtomicInteger();
        Inbox.Consumer leaving = inbox.consumer("leaving", java.util.Set.of("thing.happened"), (transaction, fresh) -> {
            inbox.consumers().values().stream()
                    .filter(consumer -> consumer.name().equals("leaving"))
                    .forEach(BatchConsumer::leave);
            tries.incrementAndGet();
            throw new PgException("terminating", "FATAL", "57P01", "");
        });
        AtomicInteger acknowledged = new AtomicInteger();

        try (Said said = Said.by(BatchConsumer.class)) {
            leaving.receive(batch(List.of(received(key, 1, 1))))
                    .subscribe()
                    .with(done -> acknowledged.incrementAndGet());
            await().atMost(PATIENCE).until(() -> tries.get() == 1);
            aFailureThatPassesIsWaitedForAndParksNothing(); // takes longer than the pause before a second try

            assertTrue(said.lines().stream().noneMatch(line -> line.text().contains("leaving")));
        }
        assertEquals(1, tries.get());
        assertEquals(0, acknowledged.get());
    }

    /** While the pool is still open: its end would undo it. */
    @Test
    void aServiceThatStopsFinishesWhatItHasBegun() throws Exception {
        CompletableFuture<Void> finish = new CompletableFuture<>();
        AtomicInteger begun = new AtomicInteger();
        Inbox ending = new Inbox(parts, Configured.asUsual(), care);
        Inbox.Consumer stopping = ending.consumer("stopping", Set.of("thing.happened"), (transaction, fresh) -> {
            begun.incrementAndGet();
            return Uni.createFrom().completionStage(finish);
        });
        CompletableFuture<Void> first =
                stopping.receive(batch(List.of(received(key, 1, 1)))).subscribeAsCompletionStage();
        await().atMost(PATIENCE).until(() -> begun.get() == 1);

        Thread end = Thread.ofPlatform().start(() -> stop(ending));
        await().atMost(PATIENCE).until(() -> end.getState() == Thread.State.TIMED_WAITING);
        CompletableFuture<Void> second =
                stopping.receive(batch(List.of(received(key, 2, 2)))).subscribeAsCompletionStage();
        assertTrue(end.isAlive(), "the first is not through");
        finish.complete(null);

        assertTrue(end.join(PATIENCE));
        first.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertEquals(1, begun.get());
        assertFalse(second.isDone(), "not begun, and not acknowledged");
    }

    private static void stop(Inbox inbox) {
        try {
            inbox.stop(new ShutdownEvent());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The relay still sends what the last batches have appended; connections and channels end after both. */
    @Test
    void theInboxEndsFirst() {
        Map<Class<?>, Integer> ends = beans.resolveObserverMethods(new ShutdownEvent()).stream()
                .filter(end -> end.getBeanClass().getName().matches("(dev[.]orderflow|io[.]smallrye[.]reactive)[.].*"))
                .collect(Collectors.toMap(ObserverMethod::getBeanClass, ObserverMethod::getPriority, Math::min));

        int first = Objects.requireNonNull(ends.remove(Inbox.class));

        assertTrue(ends.containsKey(RelayRunner.class), ends::toString);
        assertTrue(ends.values().stream().allMatch(priority -> priority > first), ends::toString);
    }

    @Test
    void aLostConnectionIsWaitedForAndParksNothing() {
        AtomicInteger tries = new AtomicInteger();
        things.meets(event -> {
            if (event.aggregateId().equals(key) && tries.incrementAndGet() == 1) {
                things.cutTransactions();
            }
        });

        receive(List.of(received(key, 1, 1)));

        assertEquals(2, tries.get());
        assertEquals(List.of("n1"), notes(key));
        assertEquals(0, parked(key).size());
    }

    @Test
    void whatTheDatabaseRefusesIsPoison() {
        receive(List.of(received(key, 1, 1, "a\\u0000b")));

        assertEquals(1, parked(key).size());
        assertTrue(parked(key).getFirst().getString("reason").contains("22021"));
    }

    @Test
    void aRecordTooLargeToBeCopiedIsParkedAllTheSame() throws InterruptedException {
        String body = "not json " + "x".repeat(1_000_000);
        receive(List.of(new ConsumerRecord<>(Things.TOPIC, 0, 9_002, Wire.bytes(key), Wire.bytes(body))));

        assertEquals(
                Wire.bytes(body).length,
                parked(key).getFirst().getBuffer("record_value").length());
        await().atMost(PATIENCE).until(() -> wire.read(DEAD_LETTERS, key).size() == 1);
        ConsumerRecord<byte[], byte[]> copy = wire.read(DEAD_LETTERS, key).getFirst();
        assertEquals(0, copy.serializedValueSize() < 0 ? 0 : copy.serializedValueSize());
        assertFalse(Wire.header(copy, "dead-letter-omitted").isEmpty());
    }

    @Test
    void aKeyTooLongForAnIndexIsParkedAllTheSame() {
        byte[] longKey = new byte[4_000];
        new java.util.Random(7).nextBytes(longKey);
        ConsumerRecord<byte[], byte[]> record = new ConsumerRecord<>(Things.TOPIC, 0, 777, longKey, Wire.bytes("{}"));

        receive(List.of(record));

        assertArrayEquals(
                longKey,
                parked(InboxRecord.of(record).keyText())
                        .getFirst()
                        .getBuffer("record_key")
                        .getBytes());
    }

    @Test
    void aLargeBatchIsAppliedInSharesThatKeepTheOrderOfEachKey() {
        Map<String, List<Long>> applied = new ConcurrentHashMap<>();
        AtomicInteger transactions = new AtomicInteger();
        Inbox.Consumer sharing = inbox.consumer("sharing", Set.of("thing.happened"), (transaction, fresh) -> {
            transaction.afterCommit(() -> {
                transactions.incrementAndGet();
                fresh.forEach(event -> applied.computeIfAbsent(event.aggregateId(), id -> new CopyOnWriteArrayList<>())
                        .add(event.sequence()));
            });
            return Uni.createFrom().voidItem();
        });

        sharing.receive(batch(ofTwelveKeys(20))).await().atMost(PATIENCE);

        assertEquals(4, transactions.get());
        assertEquals(12, applied.size());
        List<Long> inOrder = LongStream.rangeClosed(1, 20).boxed().toList();
        applied.forEach((of, sequences) -> assertEquals(inOrder, sequences, of));
    }

    @Test
    void aShareOfABatchThatFailsIsTriedAgainAlone() {
        AtomicInteger tries = new AtomicInteger();
        AtomicInteger transactions = new AtomicInteger();
        Map<UUID, Integer> applied = new ConcurrentHashMap<>();
        Inbox.Consumer uneven = inbox.consumer("uneven", Set.of("thing.happened"), (transaction, fresh) -> {
            boolean unlucky =
                    fresh.stream().anyMatch(event -> event.aggregateId().equals(key + "-a"));
            if (unlucky && tries.incrementAndGet() < 4) {
                return Uni.createFrom().failure(new PgException("deadlock detected", "ERROR", "40P01", ""));
            }
            transaction.afterCommit(() -> {
                transactions.incrementAndGet();
                fresh.forEach(event -> applied.merge(event.eventId(), 1, Integer::sum));
            });
            return Uni.createFrom().voidItem();
        });

        uneven.receive(batch(ofTwelveKeys(20))).await().atMost(PATIENCE);

        assertEquals(4, tries.get());
        assertEquals(4, transactions.get());
        assertEquals(240, applied.size());
        assertTrue(applied.values().stream().allMatch(times -> times == 1));
    }

    private List<ConsumerRecord<byte[], byte[]>> ofTwelveKeys(int times) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int sequence = 1; sequence <= times; sequence++) {
            for (int partition = 0; partition < 12; partition++) {
                records.add(received(partition, key + "-" + (char) ('a' + partition), sequence));
            }
        }
        return records;
    }

    @Test
    void manyRecordsThatCannotBeReadStopTheirConsumer() {
        Inbox.Consumer flooded =
                inbox.consumer("flooded", java.util.Set.of("thing.happened"), (transaction, fresh) -> Uni.createFrom()
                        .voidItem());
        List<ConsumerRecord<byte[], byte[]>> records = IntStream.range(0, PARKED_PER_MINUTE + 10)
                .mapToObj(i -> new ConsumerRecord<>(Things.TOPIC, 0, i, Wire.bytes(key + "-" + i), Wire.bytes("{}")))
                .toList();

        AtomicInteger acknowledged = new AtomicInteger();
        flooded.receive(batch(records)).subscribe().with(done -> acknowledged.incrementAndGet());

        await().atMost(PATIENCE).until(() -> isStopped("flooded"));
        assertEquals(0, acknowledged.get());
    }

    @Test
    void whatCanNeverBeDoneInTimeIsParkedAloneAndHoldsUpNothing() {
        neverInTime("told why", "set local statement_timeout = '100ms'", Connections.LONGEST_TRANSACTION);
    }

    @Test
    void whatIsEndedAfterAllItsTimeIsParkedAloneAndHoldsUpNothing() {
        neverInTime("not told why", "select pg_sleep(0.2)", Duration.ofMillis(100));
    }

    /** The third of four records never comes to the end of its transaction. */
    private void neverInTime(String name, String first, Duration longest) {
        Set<String> applied = ConcurrentHashMap.newKeySet();
        Inbox.Handler handler = (transaction, fresh) -> {
            transaction.afterCommit(() -> fresh.forEach(event -> applied.add(event.aggregateId())));
            return fresh.stream().noneMatch(event -> event.aggregateId().equals(key + "-2"))
                    ? Uni.createFrom().voidItem()
                    : sql(transaction, first)
                            .chain(() ->
                                    sql(transaction, "select pg_sleep(0.2), pg_terminate_backend(pg_backend_pid())"));
        };
        ParkingLimit limit = new ParkingLimit(name, 50, InstantSource.system(), new AtomicInteger());
        BatchConsumer hasty = new BatchConsumer(name, Set.of("thing.happened"), handler, parts, limit, longest);
        List<ConsumerRecord<byte[], byte[]>> records = IntStream.range(0, 4)
                .mapToObj(i -> received(key + "-" + i, 1, i))
                .toList();

        hasty.receive(batch(records)).await().atMost(PATIENCE);

        assertEquals(Set.of(key + "-0", key + "-1", key + "-3"), applied);
        List<Row> parked = rows("select * from parked where consumer = $1", name);
        assertEquals(1, parked.size());
        assertEquals(key + "-2", parked.getFirst().getBuffer("key").toString());
        assertTrue(parked.getFirst().getString("reason").contains("takes too long"));
    }

    /** A database that is too slow for everything, for a while: the record was never to blame, and is tried again. */
    @Test
    void whatIsTooSlowBecauseTheDatabaseIsIsNotParked() {
        AtomicInteger attempts = new AtomicInteger();
        Inbox.Handler handler = (transaction, fresh) -> attempts.incrementAndGet() <= 3
                ? sql(transaction, "set local statement_timeout = '100ms'; select pg_sleep(0.2)")
                : Uni.createFrom().voidItem();
        ParkingLimit limit = new ParkingLimit("brown-out", 50, InstantSource.system(), new AtomicInteger());
        BatchConsumer patient = new BatchConsumer(
                "brown-out", Set.of("thing.happened"), handler, parts, limit, Connections.LONGEST_TRANSACTION);
        execute("create function too_slow() returns trigger language plpgsql as"
                + " $$ begin raise exception using errcode = '25P04', message = 'too slow'; end $$;"
                + " create trigger too_slow before insert on parked for each row when (new.consumer = 'brown-out')"
                + " execute function too_slow()");
        try {
            patient.receive(batch(List.of(received(key, 1, 1)))).await().atMost(PATIENCE);
        } finally {
            execute("drop trigger too_slow on parked; drop function too_slow");
        }

        assertEquals(4, attempts.get());
        assertEquals(List.of(), rows("select * from parked where consumer = $1", "brown-out"));
    }

    /** Twice, and after a conflict twice again: nowhere as often in a row as it takes to be given up. */
    @Test
    void whatIsTooSlowNowAndThenIsNotParked() {
        AtomicInteger attempts = new AtomicInteger();
        Inbox.Handler handler = (transaction, fresh) -> switch (attempts.incrementAndGet()) {
            case 1, 2, 4, 5 -> sql(transaction, "set local statement_timeout = '100ms'; select pg_sleep(0.2)");
            case 3 -> sql(transaction, "do $$ begin raise exception using errcode = '40001'; end $$");
            default -> Uni.createFrom().voidItem();
        };
        ParkingLimit limit = new ParkingLimit("now and then", 50, InstantSource.system(), new AtomicInteger());
        BatchConsumer patient = new BatchConsumer(
                "now and then", Set.of("thing.happened"), handler, parts, limit, Connections.LONGEST_TRANSACTION);

        patient.receive(batch(List.of(received(key, 1, 1)))).await().atMost(PATIENCE);

        assertEquals(6, attempts.get());
        assertEquals(List.of(), rows("select * from parked where consumer = $1", "now and then"));
    }

    private static Uni<Void> sql(Transaction transaction, String statement) {
        return transaction.sql().query(statement).execute().replaceWithVoid();
    }

    @Test
    void aConsumerThatCannotEvenParkStops() {
        Inbox.Consumer helpless = inbox.consumer("helpless", Set.of("thing.happened"), (transaction, fresh) -> {
            throw new IllegalStateException("cannot do anything");
        });
        execute("create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;"
                + " create trigger refuse before insert on parked for each row when (new.consumer = 'helpless')"
                + " execute function refuse()");
        try {
            AtomicInteger acknowledged = new AtomicInteger();
            helpless.receive(batch(List.of(received(key, 1, 1))))
                    .subscribe()
                    .with(done -> acknowledged.incrementAndGet());

            await().atMost(PATIENCE).until(() -> isStopped("helpless"));
            assertEquals(0, acknowledged.get());
            assertEquals(
                    0,
                    rows("select * from inbox where consumer = $1", "helpless").size());
        } finally {
            execute("drop trigger refuse on parked; drop function refuse");
        }
    }

    /** One record that comes with two keys, after its mark was forgotten. */
    @Test
    void aKeyOfWhichNothingIsParkedIsNotParkedEither() {
        things.meets(event -> {
            throw new IllegalArgumentException("poison");
        });
        ConsumerRecord<byte[], byte[]> record = received(key, 1, 1);
        receive(List.of(record));
        ConsumerRecord<byte[], byte[]> again =
                new ConsumerRecord<>(record.topic(), 0, 2, Wire.bytes(key + "-again"), record.value());
        record.headers().forEach(header -> again.headers().add(header));
        execute("delete from inbox where consumer = 'test' and identity = '" + Wire.header(record, "ce_id") + "'");

        receive(List.of(again));

        assertEquals(1, parked(key).size());
        assertEquals(
                0,
                rows("select * from parked_key where key = convert_to($1, 'UTF8')", key + "-again")
                        .size());
    }

    @Test
    void aBadDeploymentStopsItsConsumer() {
        Inbox.Consumer hopeless =
                inbox.consumer("hopeless", java.util.Set.of("thing.happened"), (transaction, fresh) -> {
                    throw new IllegalStateException("cannot do anything");
                });
        List<ConsumerRecord<byte[], byte[]>> records = IntStream.range(0, PARKED_PER_MINUTE + 10)
                .mapToObj(i -> received(key + "-" + i, 1, i))
                .toList();

        AtomicInteger acknowledged = new AtomicInteger();
        hopeless.receive(batch(records)).subscribe().with(done -> acknowledged.incrementAndGet());

        await().atMost(PATIENCE)
                .until(() -> metrics.get("inbox.stopped")
                                .tag("consumer", "hopeless")
                                .gauge()
                                .value()
                        == 1);
        assertEquals(PARKED_PER_MINUTE, number("select count(*) from parked where consumer = 'hopeless'"));
        assertEquals(0, acknowledged.get());
        RestAssured.get(health + "/well")
                .then()
                .statusCode(503)
                .body("checks.find { it.name == 'message consumers' }.data.hopeless", startsWith("stopped: "));
        assertEquals(200, health("ready"));
        assertEquals(200, health("live"));
    }

    @Test
    void tellsTheFlowAndWhatIsParked() {
        things.meets(poison(key));
        receive(List.of(received(key, 1, 1)));

        JsonPath flow =
                RestAssured.get("/api/v1/flow").then().statusCode(200).extract().jsonPath();
        JsonPath parked = RestAssured.given()
                .queryParam("consumer", "test")
                .queryParam("key", key)
                .get("/api/v1/parked")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();

        assertTrue(flow.getInt("parked_keys") >= 1);
        assertEquals(key, parked.getString("items[0].key"));
        assertEquals(Things.TOPIC + "/0/1", parked.getString("items[0].origin"));
        for (String nonsense : List.of("limit=0", "limit=x", "limit=1000", "after=x", "after=-1", "key=base64:!")) {
            RestAssured.get("/api/v1/parked?" + nonsense)
                    .then()
                    .statusCode(400)
                    .contentType("application/problem+json");
        }
        RestAssured.post("/api/v1/parked/redrive?consumer=nobody&key=x").then().statusCode(404);
        RestAssured.post("/api/v1/parked/redrive?consumer=test").then().statusCode(400);
    }

    @Test
    void theAgeOfTheOldestIsThatOfOneThatDoesNotWaitBehindARefusedOne() {
        execute("delete from outbox"); // what other tests have left for topics that are not there
        try {
            appendLongAgo("refused-" + key, 1, "now() + interval '40 seconds'");
            appendLongAgo("refused-" + key, 2, "null");
            assertTrue(flow().getDouble("oldest_unsent_seconds") < 3_600);
            assertEquals(1, flow().getInt("blocked_keys"));

            appendLongAgo("waits-" + key, 1, "null");
            assertTrue(flow().getDouble("oldest_unsent_seconds") > 7_000);
        } finally {
            execute("delete from outbox where topic = 'nowhere'");
        }
    }

    private void appendLongAgo(String id, int sequence, String retryAt) {
        execute("insert into outbox (bucket, topic, aggregatetype, aggregateid, sequence, type, payload, event_id,"
                + " event_version, source, occurred_at, correlationid, created_at, retry_at, refusal, refusals)"
                + " values (%d, 'nowhere', 'thing', '%s', %d, 'thing.happened', '{}', gen_random_uuid(), '1.0', '/m',"
                        .formatted(OutboxRow.bucket(id), id, sequence)
                + " now(), 's', now() - interval '2 hours', " + retryAt + ", 'no', 1)");
    }

    private static JsonPath flow() {
        return RestAssured.get("/api/v1/flow").then().statusCode(200).extract().jsonPath();
    }

    private boolean isStopped(String consumer) {
        BatchConsumer found = inbox.consumers().get(consumer);
        return found != null && found.isStopped();
    }

    private static String id() {
        return UUID.randomUUID().toString();
    }

    private static ProducerRecord<byte[], byte[]> event(String key, String note) {
        return Wire.record(Things.TOPIC, key, id(), "{\"note\":\"" + note + "\"}");
    }

    private void receive(List<ConsumerRecord<byte[], byte[]>> records) {
        things.receive(batch(records)).await().atMost(PATIENCE);
    }

    private static JsonPath redrive(String key) {
        return RestAssured.given()
                .queryParam("consumer", "test")
                .queryParam("key", key)
                .post("/api/v1/parked/redrive")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private int health(String kind) {
        return RestAssured.get(health + "/" + kind).statusCode();
    }

    private void awaitNotes(String key, List<String> notes) {
        await().atMost(PATIENCE).until(() -> notes(key).equals(notes));
    }

    private List<String> notes(String key) {
        return rows("select note from effects where aggregate = $1 order by id", key).stream()
                .map(row -> row.getString(0))
                .toList();
    }

    private List<String> notes() {
        List<String> all = new ArrayList<>();
        pool.query("select aggregate || ' ' || event_id || ' ' || note from effects")
                .execute()
                .await()
                .indefinitely()
                .forEach(row -> all.add(row.getString(0)));
        Collections.sort(all);
        return all;
    }

    private List<Row> parked(String key) {
        return rows("select * from parked where consumer = 'test' and key = convert_to($1, 'UTF8') order by id", key);
    }

    private List<Row> rows(String sql, @Nullable String value) {
        List<Row> rows = new ArrayList<>();
        pool.preparedQuery(sql).execute(Tuple.of(value)).await().indefinitely().forEach(rows::add);
        return rows;
    }

    private long number(String sql) {
        return Sql.number(pool, sql);
    }

    private double parkedSoFar() {
        return number("select count(*) from parked where consumer = 'test'");
    }

    private double counted(String name) {
        return metrics.get(name).tag("consumer", "test").counter().count();
    }

    private void execute(String sql) {
        pool.query(sql).execute().await().atMost(PATIENCE);
    }

    private double ignored() {
        return metrics.get("inbox.ignored")
                .tag("consumer", "test")
                .tag("reason", "unknown type")
                .counter()
                .count();
    }
}
