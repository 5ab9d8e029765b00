package dev.orderflow.messaging;

import dev.orderflow.dev.TestDatabase;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Tuple;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;

/**
 * A replica of a service that is nothing but messaging, in a process of its own: it lets things happen, sends what it is
 * to send, and takes note of each event once; those that it cannot take note of at first are parked, and redriven. Days
 * of its inbox come and go meanwhile. It writes until it is told to be quiet, and goes on until its input ends or somebody kills it; at a crash point it kills
 * itself.
 */
final class Replica {

    static final int THINGS = 40;
    static final String CONSUMER = "notes";
    static final int CRASHED = 137; // as after kill -9
    /** Frozen for longer, a consumer loses its partitions: what it has under way is delivered to another. */
    static final Duration SESSION = Duration.ofSeconds(6);

    static final String QUIET = "nothing more is written"; // said again and again, once it is so

    /** Where a replica can be told to die. */
    enum CrashPoint {
        NOWHERE,
        AFTER_COMMIT_BEFORE_SEND,
        AFTER_SEND_BEFORE_DELETE,
        AFTER_EFFECT_BEFORE_ACKNOWLEDGE
    }

    private static final int WRITERS = 2;
    private static final Duration BETWEEN_WRITES = Duration.ofMillis(10);
    private static final Duration LATE = Duration.ofMillis(4_500); // more would be ended by the database
    private static final Map<String, Object> SETTINGS = Map.of(
            "session.timeout.ms", Long.toString(SESSION.toMillis()),
            "heartbeat.interval.ms", Long.toString(SESSION.dividedBy(4).toMillis()));
    private static final int BETWEEN_POISON = 50; // events of a thing
    private static final Duration REPAIR = Duration.ofSeconds(3); // after which poison is none any more
    private static final Duration BETWEEN_REDRIVES = Duration.ofMillis(500);
    private static final Duration BETWEEN_CARES = Duration.ofSeconds(2);
    private static final String MAKE_OLD_DAY = "select inbox_prepare('2020-01-01')";
    private static final String OLD_DAYS = "select count(to_regclass('inbox_20200101'))";

    private final Assembly assembly;
    private final CrashPoint crashPoint;
    private final RelayRunner relay;
    private final Outbox outbox;
    private final AtomicInteger late = new AtomicInteger();
    private final AtomicInteger redriven = new AtomicInteger();
    private final AtomicInteger dropped = new AtomicInteger();
    private final AtomicInteger writers = new AtomicInteger(WRITERS);
    private volatile boolean writing = true;

    private Replica(TestDatabase database, String bootstrap, String topic, CrashPoint crashPoint) {
        this.crashPoint = crashPoint;
        assembly = new Assembly(
                database, bootstrap, 8, Map.of("messaging.topic", topic, "messaging.source", "/messaging"));
        relay = assembly.runner(parts());
        outbox = assembly.outbox(relay);
    }

    /** Arguments: the database's port and name, Kafka's address, the topic, the crash point, what decides its actions. */
    static void main(String[] arguments) throws IOException {
        TestDatabase database = new TestDatabase(Integer.parseInt(arguments[0]), arguments[1]);
        Replica replica = new Replica(database, arguments[2], arguments[3], CrashPoint.valueOf(arguments[4]));
        replica.start(arguments[2], arguments[3], new Random(Long.parseLong(arguments[5])));
        replica.obey();
        System.exit(0);
    }

    private void start(String bootstrap, String topic, Random random) {
        relay.start(new StartupEvent());
        for (int writer = 0; writer < WRITERS; writer++) {
            write(new Random(random.nextLong())); // its own: which of them is first depends on the time
        }
        BatchConsumer consumer = assembly.consumer(outbox, CONSUMER, Replica::note);
        Thread.ofPlatform().daemon().name("consumer").start(() -> consume(consumer, topic));
        Thread.ofPlatform().daemon().name("operator").start(() -> redrive(consumer));
        Thread.ofPlatform().daemon().name("care").start(this::care);
        Thread.ofPlatform().daemon().name("figures").start(this::tellFigures);
        System.out.println("replica of " + topic + " at " + bootstrap);
    }

    private void obey() throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String word = in.readLine(); word != null; word = in.readLine()) {
            writing = false;
        }
        try {
            relay.stop(new ShutdownEvent());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(Random random) {
        if (writing) {
            String id = "thing-" + random.nextInt(THINGS);
            boolean fails = random.nextInt(10) == 0; // after the append, so that nothing of it may be seen
            boolean late = random.nextInt(500) == 0;
            outbox.transaction(transaction -> Things.next(transaction.sql(), id)
                            .flatMap(sequence -> transaction.append(
                                    new Cause("faults", null, null),
                                    List.of(Things.event(id, sequence, "n" + sequence))))
                            .call(() -> fails
                                    ? Uni.createFrom().failure(new IllegalStateException("on purpose"))
                                    : Uni.createFrom().voidItem())
                            .call(() ->
                                    late ? later(transaction) : Uni.createFrom().voidItem()))
                    .onFailure()
                    .recoverWithNull() // whether it was committed, only the database knows, and is asked in the end
                    .onItem()
                    .delayIt()
                    .by(BETWEEN_WRITES)
                    .subscribe()
                    .with(done -> write(random));
        } else {
            writers.decrementAndGet();
        }
    }

    /** When those that came after it have long been sent. */
    private Uni<Void> later(Transaction transaction) {
        transaction.afterCommit(late::incrementAndGet);
        return Uni.createFrom().voidItem().onItem().delayIt().by(LATE);
    }

    private RelayParts parts() {
        return new RelayParts(assembly.connections, assembly.vertx, assembly.kafka(), assembly.spans) {
            @Override
            Producer<byte[], byte[]> producer() {
                return Intercepted.sends(super.producer(), (record, callback, send) -> {
                    crashAt(CrashPoint.AFTER_COMMIT_BEFORE_SEND);
                    send.accept(callback);
                });
            }

            @Override
            OutboxReader reader(RelayConnection connection, Marks marks) {
                return new OutboxReader(connection, marks) {
                    @Override
                    Exchange exchange(Collection<OutboxRow> sent, Buckets buckets, LeftOut leftOut, long bytes) {
                        if (!sent.isEmpty()) {
                            crashAt(CrashPoint.AFTER_SEND_BEFORE_DELETE);
                        }
                        return super.exchange(sent, buckets, leftOut, bytes);
                    }
                };
            }
        };
    }

    private void crashAt(CrashPoint here) {
        if (here == crashPoint) {
            Runtime.getRuntime().halt(CRASHED);
        }
    }

    /** While one batch is applied it asks for the next, as the framework does: so it may lose a partition meanwhile. */
    private void consume(BatchConsumer consumer, String topic) {
        while (true) {
            try (KafkaConsumer<byte[], byte[]> kafka = assembly.kafkaConsumer(CONSUMER, topic, SETTINGS)) {
                CompletableFuture<Void> applied = CompletableFuture.completedFuture(null);
                Map<TopicPartition, OffsetAndMetadata> offsets = Map.of(); // behind what is being applied
                while (true) {
                    ConsumerRecords<byte[], byte[]> batch = kafka.poll(Duration.ofMillis(20));
                    if (applied.isDone() || !batch.isEmpty()) {
                        applied.join();
                        if (!offsets.isEmpty()) {
                            crashAt(CrashPoint.AFTER_EFFECT_BEFORE_ACKNOWLEDGE);
                            kafka.commitAsync(offsets, null);
                            offsets = Map.of();
                        }
                    }
                    if (!batch.isEmpty()) {
                        offsets = batch.nextOffsets();
                        applied = consumer.receive(batch).subscribeAsCompletionStage();
                    }
                }
            } catch (RuntimeException e) {
                System.out.println("consumer starts again: " + e);
            }
        }
    }

    private static Uni<Void> note(Transaction transaction, List<Envelope> fresh) {
        if (fresh.stream().anyMatch(Replica::isPoison)) {
            throw new IllegalStateException("poison, until it is repaired");
        }
        return transaction
                .sql()
                .preparedQuery("insert into effects (aggregate, event_id, note)"
                        + " select aggregate, id, 'noted' from unnest($1::text[], $2::uuid[]) as e (aggregate, id)")
                .execute(Tuple.of(
                        fresh.stream().map(Envelope::aggregateId).toArray(String[]::new),
                        fresh.stream().map(Envelope::eventId).toArray(UUID[]::new)))
                .replaceWithVoid();
    }

    private static boolean isPoison(Envelope event) {
        return event.sequence() % BETWEEN_POISON == BETWEEN_POISON / 2
                && Instant.now().isBefore(event.timestamp().plus(REPAIR));
    }

    /** Everything that is parked, again and again, while the other replicas do the same and consumers go on. */
    private void redrive(BatchConsumer consumer) {
        Redrive redrive = assembly.redrive(outbox);
        while (true) {
            try {
                Thread.sleep(BETWEEN_REDRIVES);
                Redrive.Pace pace = new Redrive.Pace(1_000);
                redrive.keys(consumer, "", 0, THINGS, pace, key -> redrive.key(consumer, key, pace))
                        .invoke(report -> report.keys().forEach(key -> redriven.addAndGet(key.redriven())))
                        .await()
                        .indefinitely();
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                System.out.println("redrive starts again: " + e);
            }
        }
    }

    /** The inbox is cared for under its consumers, and always has an old day for it. */
    private void care() {
        InboxCare care = assembly.care();
        while (true) {
            try {
                Thread.sleep(BETWEEN_CARES);
                assembly.pool.query(MAKE_OLD_DAY).execute().await().indefinitely();
                care.run().await().indefinitely();
                if (Sql.number(assembly.pool, OLD_DAYS) == 0) {
                    dropped.incrementAndGet();
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                System.out.println("care starts again: " + e);
            }
        }
    }

    /** For whoever has to know whether what he provoked has happened. */
    private void tellFigures() {
        while (true) {
            System.out.println(
                    "figures takeovers=%d evictions=%d duplicates=%d parked=%d redriven=%d late=%d dropped=%d end"
                            .formatted(
                                    count("outbox.buckets.takeovers"),
                                    count("outbox.relay.evictions"),
                                    count("inbox.duplicates"),
                                    count("inbox.records.parked"),
                                    redriven.get(),
                                    late.get(),
                                    dropped.get()));
            if (writers.get() == 0) {
                System.out.println(QUIET);
            }
            try {
                Thread.sleep(200);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private long count(String counter) {
        return (long) assembly.registry.find(counter).counters().stream()
                .mapToDouble(io.micrometer.core.instrument.Counter::count)
                .sum();
    }
}
