package dev.orderflow.messaging;

import static dev.orderflow.dev.TestPatience.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orderflow.dev.KafkaProcess;
import dev.orderflow.dev.Ports;
import dev.orderflow.dev.Project;
import dev.orderflow.dev.TestServers;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.pgclient.PgConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgNotification;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.TimeoutException;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** G5 and G6: what was committed is on Kafka, in order per aggregate, whatever happens to relays, connections, brokers. */
@Tag("plain")
class RelayIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(50);

    private String topic = "";
    private final Said said = Said.by(RelaySession.class);
    private final Said complaints = Said.by(Relay.class);
    private RelayHarness harness;

    RelayIT() {
        harness = new RelayHarness(TestServers.kafka());
    }

    @BeforeEach
    void createTopic() {
        topic = "relay-" + System.nanoTime();
        TestServers.createTopic(topic);
    }

    @AfterEach
    void close() throws InterruptedException {
        said.close();
        complaints.close();
        harness.close();
    }

    @Test
    void keepsTheOrderOfEachAggregateWhileConnectionsAreCut() {
        harness.start();
        harness.start();
        AtomicInteger cuts = new AtomicInteger();
        Thread cutter = Thread.ofVirtual().start(() -> {
            for (int cut = 0; cut < 4; cut++) {
                await().atMost(PATIENCE)
                        .until(() -> harness.number("select count(*) from pg_stat_activity where"
                                                + " application_name = 'outbox-relay' and datname = current_database()")
                                        == 2
                                && harness.unsent() > 0);
                harness.cutRelays();
                cuts.incrementAndGet();
            }
        });

        int rounds = 0;
        do {
            happenConcurrently(20, 5);
            rounds++;
        } while (cutter.isAlive());

        awaitEmpty();
        assertEquals(4, cuts.get());
        assertEquals(everySequence(20, 5 * rounds), firstAppearances());
    }

    @Test
    void anErrorEndsNoRelay() {
        AtomicInteger errors = new AtomicInteger(2);
        harness.start(RelayVariant.producing(producer -> Intercepted.sends(producer, (record, callback, send) -> {
            if (errors.getAndDecrement() > 0) {
                throw new StackOverflowError("of somebody's interceptor");
            }
            send.accept(callback);
        })));

        happenConcurrently(2, 3);

        awaitEmpty();
        assertEquals(everySequence(2, 3), firstAppearances());
        assertTrue(errors.get() < 0);
    }

    /** Kafka's producer does not survive an error on its thread, and nobody is told. */
    @Test
    void anErrorThatEndsTheProducerEndsNoRelay() {
        AtomicBoolean thrown = new AtomicBoolean();
        harness.start(RelayVariant.producing(producer -> Intercepted.sends(
                producer,
                (record, callback, send) -> send.accept((metadata, failure) -> {
                    if (thrown.compareAndSet(false, true)) {
                        throw new StackOverflowError("of a batch that was split again and again");
                    }
                    callback.onCompletion(metadata, failure);
                }))));

        happenConcurrently(2, 3);

        awaitEmpty();
        assertEquals(everySequence(2, 3), firstAppearances());
        assertTrue(complaints.lines().stream().anyMatch(line -> line.text().contains("the producer has ended")));
    }

    @Test
    void aRelayThatHasEndedIsSeenByTheLivenessCheck() throws InterruptedException {
        RelayRunner runner = harness.runner();
        RelayLiveness liveness = new RelayLiveness(runner);
        assertEquals(HealthCheckResponse.Status.UP, liveness.call().getStatus());
        runner.start(new StartupEvent());
        assertEquals(HealthCheckResponse.Status.UP, liveness.call().getStatus());

        runner.stop(new ShutdownEvent());

        assertEquals(HealthCheckResponse.Status.DOWN, liveness.call().getStatus());
    }

    @Test
    void aRefusedRecordHoldsBackItsOwnKeyOnly() {
        Set<String> refused = ConcurrentHashMap.newKeySet();
        harness.start(RelayVariant.producing(producer -> refusing(producer, refused)));
        refused.add("bad");
        harness.append(topic, Things.event("bad", 1, "a"), Things.event("bad", 2, "b"), Things.event("good", 1, "c"))
                .await()
                .indefinitely();

        await().atMost(PATIENCE).until(() -> firstAppearances().containsKey("good"));
        assertFalse(firstAppearances().containsKey("bad"));
        assertEquals(2, harness.unsent());
        await().atMost(PATIENCE)
                .until(() -> said.lines().stream().anyMatch(line -> line.text().contains("aggregateId=bad")));
        assertTrue(said.lines().stream()
                .filter(line -> line.text().contains("aggregateId=bad"))
                .allMatch(line -> line.correlationId().equals("story")));

        assertEquals(1, harness.number("select count(*) from outbox where refusal like 'InvalidRecordException%'"));

        refused.clear();
        awaitEmpty();
        assertEquals(List.of(1L, 2L), firstAppearances().get("bad"));
    }

    /** What Kafka does not show may come any time; until then nothing is handed over, for that would wait each time. */
    @Test
    void aTopicThatTheServiceMayNotSeeDelaysNoOther() {
        String hidden = "hidden-" + topic;
        TestServers.createTopic(hidden);
        AtomicBoolean denied = new AtomicBoolean(true);
        AtomicInteger handedOver = new AtomicInteger();
        harness.start(
                RelayVariant.producing(producer -> Intercepted.denies(producer, hidden, denied::get, handedOver)));
        for (int i = 0; i < 20; i++) {
            harness.append(hidden, Things.event("hidden-" + i, 1, "a")).await().indefinitely();
        }
        happen("other", 3);

        await().atMost(PATIENCE).until(() -> firstAppearances().containsKey("other"));
        assertEquals(20, harness.unsent());
        assertEquals(0, handedOver.get());

        denied.set(false);
        awaitEmpty();
        assertEquals(20, handedOver.get());

        denied.set(true); // a topic that it knows
        for (int i = 0; i < 20; i++) {
            harness.append(hidden, Things.event("hidden-" + i, 2, "b")).await().indefinitely();
        }
        await().atMost(PATIENCE).until(() -> handedOver.get() > 20);
        happen("another", 3);
        await().atMost(PATIENCE).until(() -> firstAppearances().containsKey("another"));
        assertEquals(21, handedOver.get());

        denied.set(false);
        awaitEmpty();
    }

    @Test
    void aProducerThatIsSpentIsReplacedAndEverythingIsSentInOrder() {
        AtomicInteger producers = new AtomicInteger();
        harness.start(failingOnce(new OutOfOrderSequenceException("as a broker says"), producers));
        List.of("one", "two", "three").forEach(key -> happen(key, 3));

        awaitEmpty();

        assertEquals(2, producers.get());
        List.of("one", "two", "three")
                .forEach(key ->
                        assertEquals(List.of(1L, 2L, 3L), firstAppearances().get(key)));
    }

    @Test
    void aTopicThatIsNotFoundInTimeIsNoRefusal() {
        AtomicInteger producers = new AtomicInteger();
        harness.start(failingOnce(new TimeoutException("not present in metadata"), producers));

        happen("thing", 3);

        awaitEmpty();
        assertEquals(1, producers.get());
        assertTrue(said.lines().stream().noneMatch(line -> line.text().contains("not sent")), "" + said.lines());
        assertEquals(List.of(1L, 2L, 3L), firstAppearances().get("thing"));
    }

    /** @param producers counts those that were opened */
    private static RelayVariant failingOnce(Exception failure, AtomicInteger producers) {
        AtomicBoolean failed = new AtomicBoolean();
        return RelayVariant.producing(producer -> {
            producers.incrementAndGet();
            return Intercepted.sends(producer, (record, callback, send) -> {
                if (failed.compareAndSet(false, true)) {
                    callback.onCompletion(null, failure);
                } else {
                    send.accept(callback);
                }
            });
        });
    }

    /** As while a partition has no leader; keys of one bucket. */
    @Test
    void aRecordThatIsNotAcknowledgedHoldsBackItsOwnKeyOnly() {
        List<String> keys = IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> "key-" + i)
                .filter(key -> OutboxRow.bucket(key) == 0)
                .limit(3)
                .toList();
        String stuck = keys.getFirst();
        Queue<Runnable> held = new ConcurrentLinkedQueue<>();
        AtomicBoolean away = new AtomicBoolean(true);
        harness.start(RelayVariant.producing(producer -> Intercepted.sends(producer, (record, callback, send) -> {
            if (away.get() && key(record).equals(stuck)) {
                held.add(() -> send.accept(callback));
            } else {
                send.accept(callback);
            }
        })));
        keys.forEach(key -> happen(key, 3));
        await().atMost(PATIENCE).until(() -> firstAppearances().size() == 2);

        keys.forEach(key -> happen(key, 3)); // now that it is known
        await().atMost(PATIENCE).until(() -> harness.unsent() == 6);
        assertEquals(1, held.size());
        harness.start();
        await().atMost(PATIENCE).until(() -> owned().equals(List.of(32L, 32L)));
        keys.forEach(key -> happen(key, 3)); // whoever has their bucket now
        await().atMost(PATIENCE).until(() -> harness.unsent() == 9);
        assertEquals(1, held.size());

        away.set(false);
        held.forEach(Runnable::run);
        awaitEmpty();
        assertEquals(27, records().size());
        List<Long> inOrder = LongStream.rangeClosed(1, 9).boxed().toList();
        assertEquals(keys.stream().collect(Collectors.toMap(key -> key, key -> inOrder)), firstAppearances());
    }

    private void happen(String key, int times) {
        for (int i = 0; i < times; i++) {
            harness.happen(topic, key).await().atMost(PATIENCE);
        }
    }

    @Test
    void neverHasTwoRecordsOfOneAggregateUnderWay() {
        Set<String> underWay = ConcurrentHashMap.newKeySet();
        Set<String> twice = ConcurrentHashMap.newKeySet();
        harness.start(RelayVariant.producing(producer -> watching(producer, underWay, twice)));

        happenConcurrently(5, 40);

        awaitEmpty();
        assertEquals(Set.of(), twice);
    }

    @Test
    void aMissingTopicDelaysNoOther() {
        harness.start();
        harness.append("missing-" + topic, Things.event("lost", 1, "a")).await().indefinitely();

        harness.append(topic, Things.event("found", 1, "b")).await().indefinitely();

        await().atMost(PATIENCE).until(() -> firstAppearances().containsKey("found"));
        assertEquals(1, harness.unsent());
        TestServers.createTopic("missing-" + topic);
        awaitEmpty();
    }

    /** Again and again its rows are looked for in vain, while other buckets go on. */
    @Test
    void rowsOfAMissingTopicDelayNoOtherBucket() throws InterruptedException {
        Semaphore acknowledged = new Semaphore(0);
        harness.start(acknowledging(acknowledged));
        Duration before = median(sentOneByOne("before", acknowledged));
        String missing = "missing-" + topic;
        harness.append(missing, Things.event("lost", 1, "a")).await().indefinitely();
        harness.append(missing, Things.event("lost", 2, "b")).await().indefinitely();

        Duration meanwhile = median(sentOneByOne("meanwhile", acknowledged));

        assertTrue(meanwhile.compareTo(RelaySession.IN_VAIN.dividedBy(2)) < 0, meanwhile + " instead of " + before);
        TestServers.createTopic(missing);
        awaitEmpty();
    }

    private static RelayVariant acknowledging(Semaphore acknowledged) {
        return RelayVariant.producing(producer -> Intercepted.sends(
                producer,
                (record, callback, send) -> send.accept((metadata, failure) -> {
                    callback.onCompletion(metadata, failure);
                    acknowledged.release();
                })));
    }

    @Test
    void whatAnotherReplicaAnnouncesIsSentAtOnceBesideRowsOfAMissingTopic() throws InterruptedException {
        Semaphore acknowledged = new Semaphore(0);
        harness.poll(POLL);
        harness.start(acknowledging(acknowledged));
        Duration before = median(announcedOneByOne(1, acknowledged));
        String missing = "missing-" + topic;
        harness.append(missing, Things.event("lost", 1, "a")).await().indefinitely();
        announce("lost");

        Duration meanwhile = median(announcedOneByOne(11, acknowledged));

        assertTrue(meanwhile.compareTo(RelaySession.IN_VAIN.dividedBy(2)) < 0, meanwhile + " instead of " + before);
        TestServers.createTopic(missing);
        awaitEmpty();
    }

    /** How long rows of one thing wait, which has its bucket in common with "lost"; in between the relay looks by itself. */
    private List<Duration> announcedOneByOne(int first, Semaphore acknowledged) throws InterruptedException {
        String thing = IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> "thing-" + i)
                .filter(it -> OutboxRow.bucket(it) == OutboxRow.bucket("lost"))
                .findFirst()
                .orElseThrow();
        List<Duration> waited = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Thread.sleep(POLL.multipliedBy(3));
            Instant begun = Instant.now();
            harness.append(topic, Things.event(thing, first + i, "a")).await().indefinitely();
            announce(thing);
            assertTrue(acknowledged.tryAcquire(PATIENCE.toSeconds(), TimeUnit.SECONDS));
            waited.add(Duration.between(begun, Instant.now()));
        }
        return waited;
    }

    private static Duration median(List<Duration> durations) {
        return durations.stream().sorted().toList().get(durations.size() / 2);
    }

    private void announce(String thing) {
        harness.execute("select pg_notify('outbox', '%x')".formatted(1L << OutboxRow.bucket(thing)));
    }

    private List<Duration> sentOneByOne(String prefix, Semaphore acknowledged) throws InterruptedException {
        List<Duration> took = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Instant begun = Instant.now();
            harness.append(topic, Things.event(prefix + i, 1, "a")).await().indefinitely();
            assertTrue(acknowledged.tryAcquire(PATIENCE.toSeconds(), TimeUnit.SECONDS));
            took.add(Duration.between(begun, Instant.now()));
        }
        return took;
    }

    /** What a relay has under way is acknowledged and deleted before it leaves a bucket to another. */
    @Test
    void relaysThatComeAndGoRepeatNothing() throws InterruptedException {
        AtomicBoolean writing = new AtomicBoolean(true);
        AtomicInteger rounds = new AtomicInteger();
        Thread writer = Thread.ofVirtual().start(() -> {
            while (writing.get()) {
                happenConcurrently(20, 5);
                rounds.incrementAndGet();
            }
        });
        Relay leaving = harness.start();
        for (int change = 0; change < 4; change++) {
            Relay coming = harness.start();
            await().atMost(PATIENCE).until(() -> owned().equals(List.of(32L, 32L)));
            harness.stop(leaving);
            await().atMost(PATIENCE).until(() -> owned().equals(List.of(64L)));
            leaving = coming;
        }
        await().atMost(PATIENCE).until(() -> rounds.get() > 4);
        writing.set(false);
        writer.join();

        awaitEmpty();
        assertEquals(everySequence(20, 5 * rounds.get()), firstAppearances());
        assertEquals(100 * rounds.get(), records().size());
    }

    @Test
    void relaysShareTheBucketsAndTakeOverFromOneThatIsGone() throws InterruptedException {
        harness.poll(Duration.ofSeconds(1));
        harness.start();
        await().atMost(PATIENCE).until(() -> owned().equals(List.of(64L)));
        Relay second = harness.start();
        await().atMost(PATIENCE).until(() -> owned().equals(List.of(32L, 32L)));
        harness.start();
        await().atMost(PATIENCE).until(() -> owned().equals(List.of(20L, 22L, 22L)));

        harness.stop(second);

        await().atMost(PATIENCE).until(() -> owned().equals(List.of(32L, 32L)));
        happenConcurrently(20, 5);
        awaitEmpty();
        assertEquals(100, records().size());
    }

    @Test
    void theOwnerIsToldOfWhatAnotherReplicaWrote() {
        harness.poll(Duration.ofMinutes(10)); // so long that nobody finds anything by looking
        harness.start();
        await().atMost(PATIENCE).until(() -> owned().equals(List.of(64L)));
        Relay other = harness.start();
        await().atMost(PATIENCE).until(() -> owned().equals(List.of(32L, 32L)));

        for (int i = 0; i < 20; i++) { // of which at least one is the other's
            harness.append(topic, Things.event("told-" + i, 1, "a")).await().indefinitely();
            other.wake(Buckets.of(OutboxRow.bucket("told-" + i)));
        }

        awaitEmpty();
    }

    /** One telling for all that has come meanwhile, and none that a business transaction would wait for. */
    @Test
    void whoeverWritesMuchTellsTheOwnersSeldom() {
        harness.poll(Duration.ofMinutes(10)); // so long that nobody finds anything by looking
        harness.start();
        await().atMost(PATIENCE).until(() -> owned().equals(List.of(64L)));
        Relay other = harness.start();
        await().atMost(PATIENCE).until(() -> owned().equals(List.of(32L, 32L)));
        List<Long> relays = harness.numbers("select pid from pg_stat_activity"
                + " where application_name = 'outbox-relay' and datname = current_database()");
        Queue<PgNotification> heard = new ConcurrentLinkedQueue<>();
        PgConnection listener = harness.listen(heard::add);
        try {
            Instant begun = Instant.now();
            while (Duration.between(begun, Instant.now()).toMillis() < 500) {
                other.wake(Buckets.ALL);
            }
            harness.append(topic, Things.event("last", 1, "a")).await().indefinitely();
            other.wake(Buckets.of(OutboxRow.bucket("last")));
            awaitEmpty();
            long millis = Duration.between(begun, Instant.now()).toMillis();
            List<PgNotification> told = List.copyOf(heard);

            assertTrue(told.size() > 1, "hardly anything was told");
            assertTrue(told.size() <= 1 + millis / Ownership.COALESCE.toMillis(), told.size() + " in " + millis);
            told.forEach(telling -> assertTrue(relays.contains((long) telling.getProcessId()), telling.toString()));
        } finally {
            listener.closeAndAwait();
        }
    }

    @Test
    void whatIsAcknowledgedTogetherIsDeletedTogether() {
        AtomicInteger deleted = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        OutgoingEvent[] events = IntStream.range(0, 200)
                .mapToObj(i -> Things.event("thing-" + i, 1, "a"))
                .toArray(OutgoingEvent[]::new);
        harness.append(topic, events).await().indefinitely();

        harness.start(new RelayVariant() {
            @Override
            OutboxReader reader(RelayConnection connection, Marks marks) {
                return new OutboxReader(connection, marks) {
                    @Override
                    Exchange exchange(Collection<OutboxRow> sent, Buckets buckets, LeftOut leftOut, long bytes) {
                        deleted.addAndGet(sent.size());
                        most.accumulateAndGet(sent.size(), Math::max);
                        return super.exchange(sent, buckets, leftOut, bytes);
                    }
                };
            }
        });

        awaitEmpty();
        assertEquals(200, deleted.get());
        assertTrue(most.get() > 1, "each of its own");
    }

    @Test
    void aCommitWakesTheRelayAndARollbackDoesNot() {
        TestServers.createTopic(Things.TOPIC);
        harness.poll(Duration.ofMinutes(10)); // so long that nobody finds anything by looking
        Relay relay = harness.start();
        await().atMost(PATIENCE).until(() -> owned().equals(List.of(64L)));
        List<Buckets> woken = new CopyOnWriteArrayList<>();
        Outbox outbox = harness.outbox(buckets -> {
            woken.add(buckets);
            relay.wake(buckets);
        });

        for (boolean fails : new boolean[] {true, false}) {
            outbox.transaction(transaction -> transaction
                            .append(new Cause("story", null, null), List.of(Things.event("woken", 1, "a")))
                            .call(() -> fails
                                    ? Uni.createFrom().failure(new IllegalStateException("on purpose"))
                                    : Uni.createFrom().voidItem()))
                    .onFailure(IllegalStateException.class)
                    .recoverWithNull()
                    .await()
                    .indefinitely();
        }

        awaitEmpty();
        assertEquals(List.of(Buckets.of(OutboxRow.bucket("woken"))), woken);
    }

    @Test
    void aRelayThatDoesNothingIsEndedWhileRowsWait() {
        try (RelayConnection frozen = harness.connection();
                RelayConnection other = harness.connection()) {
            new BucketLocks(frozen).bePresent();
            BucketLocks locks = new BucketLocks(other);
            assertEquals(Buckets.ALL, new BucketLocks(frozen).take(64));
            assertEquals(0, locks.endStalled(Duration.ZERO), "nothing waits");

            harness.append(topic, Things.event("waiting", 1, "a")).await().indefinitely();
            assertEquals(0, locks.endStalled(Duration.ofMinutes(1)), "not silent for long enough");
            assertEquals(Buckets.NONE, locks.take(64));

            assertEquals(1, locks.endStalled(Duration.ZERO));
            await().until(() -> locks.take(64).equals(Buckets.ALL));
        }
    }

    /** Nobody does by hand here what relays do by themselves. */
    @Test
    void aRelayEndsAnotherThatIsFrozenAndTakesItsBuckets() {
        try (RelayConnection frozen = harness.connection()) {
            BucketLocks its = new BucketLocks(frozen);
            its.bePresent();
            assertEquals(Buckets.ALL, its.take(64));
            harness.append(topic, Things.event("waiting", 1, "a")).await().indefinitely();

            harness.start(new RelayVariant() {
                @Override
                BucketLocks locks(RelayConnection connection) {
                    return new BucketLocks(connection) {
                        @Override
                        int endStalled(Duration silence) {
                            return super.endStalled(silence.dividedBy(30)); // half a second
                        }
                    };
                }
            });

            awaitEmpty();
            assertTrue(harness.counted("outbox.relay.evictions") >= 1); // once more, while its end takes its time
            assertEquals(64, harness.counted("outbox.buckets.takeovers"));
            assertEquals(1, records().size());
        }
    }

    /** As a former primary; each thing sent could not be deleted. */
    @Test
    void nothingIsSentWhileTheDatabaseTakesNoWrites() {
        harness.execute("alter database " + harness.databaseName() + " set default_transaction_read_only = on");
        harness.execute("begin read write; " + insert("waiting", 1) + "; commit");
        harness.start();
        await().atMost(PATIENCE).until(() -> complaints.lines().stream()
                .anyMatch(line -> line.text().contains("takes no writes")));
        assertEquals(List.of(), records());

        harness.execute("begin read write; alter database " + harness.databaseName()
                + " reset default_transaction_read_only; commit");
        awaitEmpty();
        assertEquals(1, records().size());
    }

    /** As when its disk is full: each time everything is sent once more, so it is tried more and more seldom. */
    @Test
    void whatCannotBeDeletedIsSentMoreAndMoreSeldom() throws InterruptedException {
        harness.execute("create function full_disk() returns trigger language plpgsql as"
                + " $$ begin raise exception 'disk full' using errcode = '53100'; end $$;"
                + "create trigger full_disk before delete on outbox for each row execute function full_disk()");
        harness.append(topic, Things.event("waiting", 1, "a")).await().indefinitely();
        harness.start();

        await().atMost(PATIENCE).until(() -> records().size() >= 4);

        // Said once: by the same rule each pause is longer than the last, until something can be deleted.
        assertEquals(1, complaints.lines().size(), complaints.lines()::toString);
        harness.execute("drop trigger full_disk on outbox");
        awaitEmpty();
    }

    /** The server finds out soon that a relay's machine is gone, and frees its buckets. */
    @Test
    void aRelaysSessionIsBounded() {
        try (RelayConnection connection = harness.connection()) {
            Map<String, String> bounds = Map.of(
                    "tcp_keepalives_idle", "5",
                    "tcp_keepalives_interval", "5",
                    "tcp_keepalives_count", "3",
                    "statement_timeout", "30s");

            bounds.forEach((name, bound) -> assertEquals(
                    bound,
                    connection
                            .ask("show " + name, Tuple.tuple())
                            .iterator()
                            .next()
                            .getString(0),
                    name));
        }
    }

    /** A slow statement is a sign of life. */
    @Test
    void aRelayThatWaitsForTheDatabaseIsNotEnded() {
        try (RelayConnection slow = harness.connection();
                RelayConnection other = harness.connection()) {
            new BucketLocks(slow).bePresent();
            harness.append(topic, Things.event("waiting", 1, "a")).await().indefinitely();
            other.ask("select pg_advisory_lock(4711)", Tuple.tuple());
            var answer = slow.send("select pg_advisory_lock(4711)", Tuple.tuple());
            await().until(() -> harness.number("select count(*) from pg_stat_activity where state = 'active'"
                            + " and datname = current_database() and application_name = 'outbox-relay'")
                    == 1);

            assertEquals(0, new BucketLocks(other).endStalled(Duration.ZERO));

            other.ask("select pg_advisory_unlock(4711)", Tuple.tuple());
            slow.answer(answer);
            assertEquals(1, new BucketLocks(other).endStalled(Duration.ZERO));
        }
    }

    /** The time of a refused row runs out while it and hundreds behind it are looked at. */
    @Test
    void aKeyIsReadFromItsFirstRowOnWheneverItsTimeHasCome() {
        harness.execute(
                "insert into outbox (bucket, topic, aggregatetype, aggregateid, sequence, type, payload, event_id,"
                        + " event_version, source, occurred_at, correlationid)"
                        + " select %d, '%s', 'thing', 'refused', n, 'thing.happened', '{}', gen_random_uuid(), '1.0', '/m', now(), 's'"
                                .formatted(OutboxRow.bucket("refused"), topic)
                        + " from generate_series(1, 2000) as rows (n)");
        try (RelayConnection connection = harness.connection()) {
            OutboxReader reader = new OutboxReader(connection, new Marks());
            for (int time = 0; time < 10; time++) {
                harness.execute("update outbox set retry_at = clock_timestamp() + interval '20 ms' where sequence = 1");
                List<OutboxRow> rows = List.of();
                while (rows.isEmpty()) {
                    rows = reader.exchange(
                                    List.of(),
                                    Buckets.of(OutboxRow.bucket("refused")),
                                    OutboxReader.LeftOut.NOTHING,
                                    Long.MAX_VALUE)
                            .rows();
                }
                assertEquals(1, rows.getFirst().sequence());
            }
        }
    }

    /** Its first row has committed after a later one of another key was read. */
    @Test
    void aKeyWithARowBeforeTheStartIsLeftAloneUntilAReadingFromTheFirstRowOn() throws Exception {
        String late = "late";
        int bucket = OutboxRow.bucket(late);
        String other = keyInBucket(bucket, "key-");
        AtomicBoolean everWhole = new AtomicBoolean(true);
        try (RelayConnection connection = harness.connection();
                Connection slow = harness.connect();
                Statement statement = slow.createStatement()) {
            Marks marks = new Marks(Duration.ZERO, Duration.ofDays(1), System::nanoTime) {
                @Override
                long start(int of) {
                    return everWhole.get() ? 0 : super.start(of);
                }
            };
            OutboxReader reader = new OutboxReader(connection, marks);
            slow.setAutoCommit(false);
            statement.execute(insert(late, 1));
            harness.append(topic, Things.event(other, 1, "a")).await().indefinitely();
            assertEquals(List.of(other), read(reader, bucket));
            everWhole.set(false);
            marks.start(bucket);

            slow.commit();
            harness.execute(insert(late, 2));
            assertEquals(List.of(), read(reader, bucket));

            everWhole.set(true);
            assertEquals(List.of(late, other, late), read(reader, bucket));
        }
    }

    /** A transaction that wrote hundreds of rows commits long after others in its buckets were read. */
    @Test
    void whatIsFoundLateIsReadToItsEnd() throws Exception {
        int bucket = OutboxRow.bucket("late");
        List<String> late = Collections.nCopies(3 * OutboxReader.ROWS_PER_BUCKET, "late");
        whileLate(late, Buckets.of(bucket), reader -> {
            for (int part = 1; part <= 3; part++) {
                OutboxReader.Exchange found = exchange(reader, List.of(), Buckets.of(bucket), Long.MAX_VALUE);
                assertEquals(OutboxReader.ROWS_PER_BUCKET, found.rows().size());
                assertEquals(Buckets.of(bucket), found.more());
                exchange(reader, found.rows(), Buckets.NONE, Long.MAX_VALUE);
            }
        });
    }

    @Test
    void whatIsFoundLateIsReadToItsEndAlsoWhenItIsLarge() throws Exception {
        int bucket = OutboxRow.bucket("late");
        String other = keyInBucket((bucket + 1) % OutboxRow.BUCKETS, "late-");
        Buckets both = Buckets.of(bucket).and(Buckets.of(OutboxRow.bucket(other)));
        whileLate(List.of("late", "late", other), both, reader -> {
            OutboxReader.Exchange found = exchange(reader, List.of(), both, 3); // each of them has two bytes
            assertEquals(2, found.rows().size());
            assertEquals(both, found.more());
            exchange(reader, found.rows(), Buckets.NONE, 3);

            assertEquals(
                    other,
                    exchange(reader, List.of(), both, 3).rows().getFirst().aggregateId());
        });
    }

    /** Rows of these keys commit when readings start behind them; the next reading is one from the first row on. */
    private void whileLate(List<String> keys, Buckets buckets, Consumer<OutboxReader> found) throws Exception {
        AtomicLong now = new AtomicLong();
        Marks marks = new Marks(Duration.ofSeconds(2), Duration.ofDays(1), now::get);
        try (RelayConnection connection = harness.connection();
                Connection slow = harness.connect();
                Statement statement = slow.createStatement()) {
            OutboxReader reader = new OutboxReader(connection, marks);
            slow.setAutoCommit(false);
            Map<String, Integer> sequences = new HashMap<>();
            for (String key : keys) {
                statement.execute(insert(key, sequences.merge(key, 1, Integer::sum)));
            }
            for (int bucket : buckets.numbers().toArray()) {
                harness.execute(insert(keyInBucket(bucket, "key-"), 1));
            }
            OutboxReader.Exchange others = exchange(reader, List.of(), buckets, Long.MAX_VALUE);
            for (int move = 0; move < 2; move++) {
                now.addAndGet(Duration.ofSeconds(2).toNanos());
                buckets.numbers().forEach(marks::start);
            }
            exchange(reader, others.rows(), Buckets.NONE, Long.MAX_VALUE);
            slow.commit();
            assertEquals(
                    List.of(),
                    exchange(reader, List.of(), buckets, Long.MAX_VALUE).rows());
            now.addAndGet(Duration.ofDays(1).toNanos());

            found.accept(reader);
        }
    }

    private static OutboxReader.Exchange exchange(
            OutboxReader reader, List<OutboxRow> sent, Buckets buckets, long bytes) {
        return reader.exchange(sent, buckets, OutboxReader.LeftOut.NOTHING, bytes);
    }

    private static String keyInBucket(int bucket, String prefix) {
        return IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> prefix + i)
                .filter(key -> OutboxRow.bucket(key) == bucket)
                .findFirst()
                .orElseThrow();
    }

    private String insert(String key, int sequence) {
        return "insert into outbox (bucket, topic, aggregatetype, aggregateid, sequence, type, payload, event_id,"
                + " event_version, source, occurred_at, correlationid) values (%d, '%s', 'thing', '%s', %d,"
                        .formatted(OutboxRow.bucket(key), topic, key, sequence)
                + " 'thing.happened', '{}', gen_random_uuid(), '1.0', '/m', now(), 's')";
    }

    private static List<String> read(OutboxReader reader, int bucket) {
        return reader
                .exchange(List.of(), Buckets.of(bucket), OutboxReader.LeftOut.NOTHING, Long.MAX_VALUE)
                .rows()
                .stream()
                .map(OutboxRow::aggregateId)
                .toList();
    }

    /** As a slow business transaction does. */
    @Test
    void aRowThatCommitsLateIsSent() throws Exception {
        harness.start(new RelayVariant() {
            @Override
            Marks marks() {
                return new Marks(Duration.ofMillis(20), Duration.ofMillis(500), System::nanoTime);
            }
        });
        try (Connection slow = harness.connect();
                Statement statement = slow.createStatement()) {
            slow.setAutoCommit(false);
            statement.execute(insert("late", 1));
            happenConcurrently(200, 5);
            awaitEmpty();
            slow.commit();
        }

        awaitEmpty();
        assertEquals(List.of(1L), firstAppearances().get("late"));
    }

    /** Whatever the statistics say: passing over all rows, or sorting them, would let a large backlog never end. */
    @Test
    void aBucketIsReadByItsIndexHoweverLargeTheBacklog() throws Exception {
        harness.execute("vacuum analyze outbox"); // says that there is nothing, which is so as a rule
        assertEverythingIsFoundByKey();

        harness.execute(
                "insert into outbox (bucket, topic, aggregatetype, aggregateid, sequence, type, payload, event_id,"
                        + " event_version, source, occurred_at, correlationid)"
                        + " select n %% 64, '%s', 'thing', repeat('x', 200) || n, 1, 'thing.happened', '{}', gen_random_uuid(), '1.0', '/m', now(), 's'"
                                .formatted(topic)
                        + " from generate_series(1, 20000) as rows (n)");
        harness.execute("analyze outbox");
        assertEverythingIsFoundByKey();

        // A transaction elsewhere holds on to the deleted ones, and so do the indexes.
        try (Connection other = harness.connect();
                Statement snapshot = other.createStatement()) {
            snapshot.execute("begin isolation level repeatable read; select 1");
            harness.execute("delete from outbox where id > (select min(id) + 5 from outbox)");
            harness.execute("analyze outbox");
            assertEverythingIsFoundByKey();
        }
    }

    private void assertEverythingIsFoundByKey() throws Exception {
        String reading = plan(
                "smallint[], text[], bigint, bigint, text[], text[], bigint[]",
                OutboxReader.READ,
                "'{1,2}', '{}', 32, 1000000, '{thing}', '{n7}', '{0,500}'");
        assertTrue(reading.contains("Index Scan using outbox_pk on outbox"), reading);
        assertTrue(reading.contains("(bucket = buckets.bucket) AND (id > buckets.start)"), reading);
        assertTrue(reading.contains("using outbox_sequence_once on outbox before"), reading);
        String looking = plan("bigint[]", BucketLocks.LOOK, "'{0,500}'");
        assertTrue(looking.contains("(id > buckets.start)"), looking);
        assertTrue(looking.contains("Index Cond: ((bucket ="), looking);
        assertTrue(looking.contains("using outbox_refused on outbox"), looking);
        String deleting = plan("smallint[], bigint[]", OutboxReader.DELETE, "'{1,2}', '{1,2}'");
        assertTrue(
                deleting.contains("Index Cond: ((bucket = ANY (ARRAY[sent.bucket])) AND (id = ANY (ARRAY[sent.id])))"),
                deleting);
        for (String plan : List.of(reading, looking, deleting)) {
            assertFalse(plan.contains("Bitmap") || plan.contains("Seq Scan on outbox"), plan);
        }
    }

    /** As the relay's connection has it. */
    private String plan(String types, String sql, String values) throws Exception {
        StringBuilder plan = new StringBuilder();
        try (Connection connection = harness.connect();
                Statement statement = connection.createStatement()) {
            for (var setting : Connections.RELAY.entrySet()) {
                statement.execute("set " + setting.getKey() + " = '" + setting.getValue() + "'");
            }
            statement.execute("prepare asking (" + types + ") as " + sql);
            try (ResultSet lines = statement.executeQuery("explain execute asking (" + values + ")")) {
                while (lines.next()) {
                    plan.append(lines.getString(1)).append('\n');
                }
            }
        }
        return plan.toString();
    }

    /** How many buckets each relay owns, from few to many. */
    private List<Long> owned() {
        return harness.numbers("select count(*) from pg_locks where locktype = 'advisory' and granted and objid < 64"
                + " and database = (select oid from pg_database where datname = current_database())"
                + " group by pid order by 1");
    }

    @Test
    void rowsWaitAsLongAsKafkaIsAway(@TempDir Path folder) throws InterruptedException {
        KafkaProcess kafka = new KafkaProcess(Project.here(), folder.resolve("kafka"), Ports.free());
        harness.close();
        harness = new RelayHarness(kafka.bootstrapServers());
        topic = "order.events.v1";
        harness.start();
        happenConcurrently(5, 5); // started without Kafka
        assertEquals(25, harness.unsent());
        try {
            kafka.start();
            awaitEmpty();
            kafka.kill();
            happenConcurrently(5, 5); // lost it on the way
            assertEquals(25, harness.unsent());
            kafka.start();
            awaitEmpty();

            assertEquals(everySequence(5, 10), firstAppearances(new Wire(kafka.bootstrapServers())));
        } finally {
            kafka.kill();
        }
    }

    private void happenConcurrently(int aggregates, int times) {
        Multi.createFrom()
                .items(IntStream.range(0, aggregates * times).boxed())
                .onItem()
                .transformToUni(i -> harness.happen(topic, "thing-" + i % aggregates))
                .merge(8)
                .collect()
                .last()
                .await()
                .atMost(PATIENCE);
    }

    private void awaitEmpty() {
        await().atMost(PATIENCE).until(() -> harness.unsent() == 0);
    }

    private List<ConsumerRecord<byte[], byte[]>> records() {
        return new Wire(TestServers.kafka()).read(topic, key -> true);
    }

    private Map<String, List<Long>> firstAppearances() {
        return firstAppearances(new Wire(TestServers.kafka()));
    }

    /** Per key the sequences in the order in which each was first seen. */
    private Map<String, List<Long>> firstAppearances(Wire wire) {
        Map<String, Set<Long>> seen = new LinkedHashMap<>();
        wire.read(topic, key -> true).forEach(record -> seen.computeIfAbsent(
                        new String(record.key(), java.nio.charset.StandardCharsets.UTF_8), key -> new LinkedHashSet<>())
                .add(Long.parseLong(Wire.header(record, "ce_sequence"))));
        Map<String, List<Long>> lists = new LinkedHashMap<>();
        seen.forEach((key, sequences) -> lists.put(key, new ArrayList<>(sequences)));
        return lists;
    }

    private static Map<String, List<Long>> everySequence(int aggregates, int times) {
        Map<String, List<Long>> all = new LinkedHashMap<>();
        for (int i = 0; i < aggregates; i++) {
            all.put("thing-" + i, LongStream.rangeClosed(1, times).boxed().toList());
        }
        return all;
    }

    /** A producer whose broker refuses the records of some keys. */
    private static Producer<byte[], byte[]> refusing(Producer<byte[], byte[]> producer, Set<String> keys) {
        return Intercepted.sends(producer, (record, callback, send) -> {
            if (keys.contains(key(record))) {
                callback.onCompletion(null, new InvalidRecordException("refused by the test"));
            } else {
                send.accept(callback);
            }
        });
    }

    /** A producer that tells when a key's second record is handed over before the first is acknowledged. */
    private static Producer<byte[], byte[]> watching(
            Producer<byte[], byte[]> producer, Set<String> underWay, Set<String> twice) {
        return Intercepted.sends(producer, (record, callback, send) -> {
            if (!underWay.add(key(record))) {
                twice.add(key(record));
            }
            send.accept((Callback) (metadata, failure) -> {
                underWay.remove(key(record));
                callback.onCompletion(metadata, failure);
            });
        });
    }

    private static String key(ProducerRecord<byte[], byte[]> record) {
        return new String(record.key(), java.nio.charset.StandardCharsets.UTF_8);
    }
}
