package dev.orderflow.messaging;

import dev.orderflow.dev.KafkaProcess;
import dev.orderflow.dev.Ports;
import dev.orderflow.dev.PostgresServer;
import dev.orderflow.dev.Project;
import dev.orderflow.dev.TestDatabase;
import dev.orderflow.dev.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Three replicas, a PostgreSQL and a Kafka of their own, and what befalls them: a seed decides which of them meets what,
 * and when. In the end everything is let run, falls quiet, and its history is checked.
 */
final class FaultRun implements AutoCloseable {

    private static final int REPLICAS = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(150);
    private static final Duration LONG = Duration.ofSeconds(25); // for which a relay may not be silent
    private static final Duration SILENT = Duration.ofSeconds(2); // a relay that goes on speaks each second
    private static final Duration STILLNESS =
            Duration.ofSeconds(30); // longer than a consumer group takes to find itself
    // Which events have committed, apart from the code that is tested.
    private static final String JOURNAL = """
            create table journal (event_id uuid primary key);
            create function note() returns trigger language plpgsql as
                $$ begin insert into journal values (new.event_id); return null; end $$;
            create trigger note after insert on outbox
                for each row when (new.aggregatetype <> 'dead-letter') execute function note()""";

    private static final String TOPIC = "faults.events.v1";

    /** What can befall. */
    private enum Fault {
        KILL_A_REPLICA,
        STOP_A_REPLICA,
        FREEZE_A_REPLICA,
        END_A_FROZEN_RELAY,
        CUT_THE_RELAYS,
        RESET_POSTGRES,
        RESET_KAFKA,
        DELAY_POSTGRES,
        DELAY_KAFKA,
        KILL_KAFKA,
        KILL_POSTGRES
    }

    private final Random random;
    private final Consumer<String> say;
    private final PostgresServer postgres;
    private final KafkaProcess kafka;
    private final Proxy toPostgres;
    private final Proxy toKafka;
    private final TestDatabase database;
    private final Path folder;
    private final List<ReplicaProcess> replicas = new ArrayList<>();
    private final Map<String, Integer> counts = new TreeMap<>();
    private final int frozenForLong;
    private int takeoversBefore; // of what is taken at the start

    FaultRun(long seed, Path folder, Consumer<String> say) {
        this.random = new Random(seed);
        frozenForLong = random.nextInt(REPLICAS); // now: how many numbers are drawn later depends on the time
        this.folder = folder;
        this.say = say;
        Project project = Project.here();
        postgres = new PostgresServer(project, folder.resolve("postgres"), Ports.free()).throwaway();
        toPostgres = new Proxy(Ports.free(), postgres.port());
        int kafkaPort = Ports.free();
        toKafka = new Proxy(Ports.free(), kafkaPort);
        kafka = new KafkaProcess(project, folder.resolve("kafka"), kafkaPort).behind(toKafka.port());
        toPostgres.open();
        toKafka.open();
        postgres.start();
        kafka.start();
        database = new TestDatabase(postgres.port(), "order");
        RelayHarness.migrate(database);
        RelayHarness.execute(database, JOURNAL);
        try (var admin = Topics.admin(kafka.bootstrapServers())) {
            Topics.create(admin, List.of(Topics.events(TOPIC), Topics.deadLetters(TOPIC, Replica.CONSUMER)));
        }
    }

    /** How often each fault befell, and what followed from it. */
    Map<String, Integer> counts() {
        return counts;
    }

    /** Starts the replicas; each dies at a point of its own, and is started again. */
    void begin() throws InterruptedException {
        List<Replica.CrashPoint> points = List.of(
                Replica.CrashPoint.AFTER_COMMIT_BEFORE_SEND,
                Replica.CrashPoint.AFTER_SEND_BEFORE_DELETE,
                Replica.CrashPoint.AFTER_EFFECT_BEFORE_ACKNOWLEDGE);
        for (int i = 0; i < REPLICAS; i++) {
            replicas.add(new ReplicaProcess(
                    folder.resolve("replica-" + i + ".log"),
                    new TestDatabase(toPostgres.port(), database.name()),
                    kafka.bootstrapServers(),
                    TOPIC,
                    random.nextLong()));
            replicas.get(i).start(points.get(i));
        }
        for (int i = 0; i < REPLICAS; i++) {
            int code = replicas.get(i).awaitEnd();
            if (code != Replica.CRASHED) {
                throw new AssertionError("ended with %d and not %s".formatted(code, points.get(i)));
            }
            say.accept("died " + points.get(i));
            replicas.get(i).start(Replica.CrashPoint.NOWHERE);
        }
        awaitEffects();
        await(
                () -> number("select count(*) from pg_locks where locktype = 'advisory' and granted and objid < "
                                + OutboxRow.BUCKETS)
                        == OutboxRow.BUCKETS,
                "not all buckets have an owner");
        takeoversBefore = takeovers();
    }

    /** So far, by all replicas. */
    private int takeovers() {
        return replicas.stream()
                .mapToInt(replica -> replica.figures().getOrDefault("takeovers", 0))
                .sum();
    }

    private void awaitEffects() {
        long before = number("select count(*) from effects");
        await(() -> number("select count(*) from effects") > before, "nothing arrives");
    }

    /** Faults, one after another, for so long: each of them once, in some order, and then whatever comes. */
    void befall(Duration time) throws InterruptedException {
        Instant end = Instant.now().plus(time);
        List<Fault> first = new ArrayList<>(List.of(Fault.values()));
        Collections.shuffle(first, random);
        while (Instant.now().isBefore(end) || !first.isEmpty()) {
            pass(Duration.ofMillis(300 + random.nextInt(1_500)));
            Fault fault = first.isEmpty() ? Fault.values()[random.nextInt(Fault.values().length)] : first.removeFirst();
            ReplicaProcess replica = replicas.get(random.nextInt(REPLICAS));
            Duration pause = Duration.ofMillis(200 + random.nextInt(2_500));
            say.accept("%s, %d ms".formatted(fault, pause.toMillis()));
            counts.merge(fault.name(), 1, Integer::sum);
            befall(fault, replica, pause);
        }
    }

    /** So long that the others have to end its connections, which it does not notice before it goes on. */
    void freezeForLong() throws InterruptedException {
        ReplicaProcess replica = replicas.get(frozenForLong);
        // One that the fault before has left without buckets is missed by nobody.
        await(() -> owners() == REPLICAS, "a relay gets no buckets");
        say.accept("FREEZE_FOR_LONG, %d ms".formatted(LONG.toMillis()));
        counts.merge("FREEZE_FOR_LONG", 1, Integer::sum);
        replica.signal("STOP");
        pass(LONG);
        replica.signal("CONT");
    }

    private void befall(Fault fault, ReplicaProcess replica, Duration pause) throws InterruptedException {
        switch (fault) {
            case KILL_A_REPLICA -> {
                replica.kill();
                pass(pause);
                replica.start(Replica.CrashPoint.NOWHERE);
            }
            case STOP_A_REPLICA -> {
                replica.stop();
                pass(pause);
                replica.start(Replica.CrashPoint.NOWHERE);
            }
            case FREEZE_A_REPLICA -> {
                replica.signal("STOP");
                pass(Replica.SESSION.plus(pause));
                replica.signal("CONT");
            }
            case END_A_FROZEN_RELAY -> {
                await(() -> relays() == REPLICAS, "a relay does not come"); // one that is not there cannot be frozen
                replica.signal("STOP");
                pass(SILENT.plusSeconds(1));
                counts.merge("zombies", endSilentRelays(), Integer::sum);
                pass(pause);
                replica.signal("CONT");
            }
            case CUT_THE_RELAYS -> cutRelays();
            case RESET_POSTGRES -> toPostgres.reset();
            case RESET_KAFKA -> toKafka.reset();
            case DELAY_POSTGRES -> delay(toPostgres, pause);
            case DELAY_KAFKA -> delay(toKafka, pause);
            case KILL_KAFKA -> {
                kafka.kill();
                pass(pause);
                kafka.start();
            }
            case KILL_POSTGRES -> {
                postgres.kill();
                pass(pause);
                postgres.start();
            }
        }
    }

    private void delay(Proxy proxy, Duration time) throws InterruptedException {
        proxy.delay(Duration.ofMillis(10 + random.nextInt(150)));
        pass(time);
        proxy.delay(Duration.ZERO);
    }

    /**
     * Nothing is waited for: how long a fault lasts, and how long there is none, is what the seed has decided. What is
     * checked is checked when all has come to rest.
     */
    private static void pass(Duration time) throws InterruptedException {
        Thread.sleep(time);
    }

    /** Their buckets are taken by others, while they go on with what they had under way once they are let. */
    private int endSilentRelays() {
        return (int) number("select count(pg_terminate_backend(pid)) from pg_stat_activity"
                + " where datname = current_database() and application_name = 'outbox-relay' and state = 'idle'"
                + " and state_change < clock_timestamp() - interval '" + SILENT.toSeconds() + " seconds'");
    }

    private long relays() {
        return number("select count(*) from pg_stat_activity"
                + " where datname = current_database() and application_name = 'outbox-relay'");
    }

    private long owners() {
        return number("select count(distinct pid) from pg_locks"
                + " where locktype = 'advisory' and granted and objid < " + OutboxRow.BUCKETS);
    }

    private void cutRelays() {
        number("select count(pg_terminate_backend(pid)) from pg_stat_activity"
                + " where datname = current_database() and application_name = 'outbox-relay'");
    }

    /** Lets everything that is under way arrive, and looks at it. */
    History end() {
        replicas.forEach(ReplicaProcess::beQuiet);
        await(() -> replicas.stream().allMatch(ReplicaProcess::isQuiet), "a replica does not end what it has begun");
        Rest rest = new Rest();
        await(
                () -> number("select count(*) from outbox") == 0
                        && rest.isReached(
                                number("select coalesce(sum(sequence), 0)::bigint from things"),
                                number("select count(distinct event_id) from effects")),
                "it does not come to rest");
        replicas.forEach(
                replica -> replica.figures().forEach((name, count) -> counts.merge(name, count, Integer::sum)));
        counts.merge("takeovers", -takeoversBefore, Integer::sum);
        History history = History.of(database, kafka.bootstrapServers(), TOPIC);
        say.accept("%,d events committed, %,d records on the topic, %s"
                .formatted(history.events(), history.records(), counts));
        return history;
    }

    /** Reached when all effects are there, or, as something must have been lost, when nothing has moved for long. */
    private static final class Rest {
        private long events = -1;
        private long effects = -1;
        private Instant since = Instant.now();

        boolean isReached(long eventsNow, long effectsNow) {
            boolean still = eventsNow == events && effectsNow == effects;
            since = still ? since : Instant.now();
            events = eventsNow;
            effects = effectsNow;
            return still && (effects == events || since.plus(STILLNESS).isBefore(Instant.now()));
        }
    }

    private void await(BooleanSupplier condition, String otherwise) {
        try {
            Awaitility.await()
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(250))
                    .until(condition::getAsBoolean);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    "%s: %d rows wait, %d effects of %d events, logs are in %s"
                            .formatted(
                                    otherwise,
                                    number("select count(*) from outbox"),
                                    number("select count(*) from effects"),
                                    number("select coalesce(sum(sequence), 0)::bigint from things"),
                                    folder),
                    e);
        }
    }

    private long number(String sql) {
        return RelayHarness.numbers(database, sql).getFirst();
    }

    @Override
    public void close() throws IOException {
        replicas.forEach(ReplicaProcess::kill);
        toPostgres.close();
        toKafka.close();
        kafka.kill();
        postgres.kill();
    }

    /** A replica's process. */
    private static final class ReplicaProcess {
        private static final Pattern FIGURES = Pattern.compile("figures (\\w+=\\d+(?: \\w+=\\d+)*) end");

        private final Path log;
        private final TestDatabase database;
        private final String bootstrap;
        private final String topic;
        private final long seed;
        private final List<Process> lives = new ArrayList<>();

        ReplicaProcess(Path log, TestDatabase database, String bootstrap, String topic, long seed) {
            this.seed = seed;
            this.log = log;
            this.database = database;
            this.bootstrap = bootstrap;
            this.topic = topic;
        }

        void start(Replica.CrashPoint point) {
            List<String> command = List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx64m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "--sun-misc-unsafe-memory-access=allow",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Replica.class.getName(),
                    Integer.toString(database.port()),
                    database.name(),
                    bootstrap,
                    topic,
                    point.name(),
                    Long.toString(seed + lives.size()));
            try {
                lives.add(new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        int awaitEnd() throws InterruptedException {
            if (!lives.getLast().waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("a replica does not end, its log is " + log);
            }
            return lives.getLast().exitValue();
        }

        /** In order, as a service is scaled down. */
        void stop() throws InterruptedException {
            try {
                lives.getLast().getOutputStream().close();
            } catch (IOException alreadyClosed) {
                // It has ended.
            }
            if (awaitEnd() != 0) {
                throw new AssertionError("a replica failed, its log is " + log);
            }
        }

        void beQuiet() {
            try {
                lives.getLast().getOutputStream().write("quiet\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
                lives.getLast().getOutputStream().flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** When what it had begun to write has been committed or has failed, the transactions that take long too. */
        boolean isQuiet() {
            return lines().contains(Replica.QUIET); // of its last life: no other was told to be
        }

        void signal(String signal) throws InterruptedException {
            try {
                new ProcessBuilder(
                                "kill",
                                "-" + signal,
                                Long.toString(lives.getLast().pid()))
                        .start()
                        .waitFor();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void kill() {
            if (!lives.isEmpty()) {
                lives.getLast().destroyForcibly();
                lives.getLast().onExit().join();
            }
        }

        /** The last that each of its lives has told, together. */
        Map<String, Integer> figures() {
            Map<String, Integer> all = new TreeMap<>();
            Map<String, Integer> life = new TreeMap<>();
            for (String line : lines()) {
                if (line.contains("replica of ")) {
                    life.forEach((name, count) -> all.merge(name, count, Integer::sum));
                    life.clear();
                }
                // What others print at the same time may stand beside it, or in the middle.
                Matcher figures = FIGURES.matcher(line);
                if (figures.find()) {
                    for (String figure : figures.group(1).split(" ", -1)) {
                        life.put(figure.split("=", 2)[0], Integer.parseInt(figure.split("=", 2)[1]));
                    }
                }
            }
            life.forEach((name, count) -> all.merge(name, count, Integer::sum));
            return all;
        }

        private List<String> lines() {
            try {
                return java.nio.file.Files.readAllLines(log);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
