package dev.orderflow.messaging;

import dev.orderflow.dev.TestDatabase;
import dev.orderflow.dev.TestServers;
import java.time.Duration;
import java.util.Map;
import java.util.stream.IntStream;

/** What three relays ask their database for when nothing happens. */
final class IdleStage {

    private static final int WINDOW_SECONDS = 8;

    private final BenchGround ground;

    IdleStage(BenchGround ground) {
        this.ground = ground;
    }

    /** In a database of its own. */
    void run() throws InterruptedException {
        TestDatabase empty = TestServers.newDatabase();
        RelayHarness.migrate(empty);
        try (Assembly quiet = new Assembly(empty, TestServers.kafka(), 1, Map.of())) {
            try (RelayThread one = new RelayThread(quiet.parts(), quiet);
                    RelayThread two = new RelayThread(quiet.parts(), quiet);
                    RelayThread three = new RelayThread(quiet.parts(), quiet)) {
                one.awaitOwner();
                two.awaitOwner();
                three.await(() -> relaysWithTheirShare(quiet) == 3);
                int windows = Math.max(1, ground.size.idleSeconds() / WINDOW_SECONDS);
                // The median, because the server's own cleaning of a new database counts, too, and comes once.
                double[] rates = IntStream.range(0, windows)
                        .mapToDouble(window -> rate(quiet, ground.size.idleSeconds() / (double) windows))
                        .sorted()
                        .toArray();
                ground.note("idle: transactions a second and replica (target 1)", rates[windows / 2] / 3);
            }
        } finally {
            TestServers.drop(empty);
        }
    }

    /** Nothing happens meanwhile, which is what is measured. */
    private double rate(Assembly quiet, double seconds) {
        long before = transactions(quiet);
        long start = System.nanoTime();
        try {
            Thread.sleep(Duration.ofMillis(Math.round(seconds * 1_000)));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return Load.rate(transactions(quiet) - before - 2, start); // without the question itself
    }

    /** From then on nothing is handed over any more. */
    private static long relaysWithTheirShare(Assembly assembly) {
        return BenchGround.number(
                assembly,
                "select count(*) from (select pid from pg_locks where locktype = 'advisory' and granted and objid < 64"
                        + " and database = (select oid from pg_database where datname = current_database())"
                        + " group by pid having count(*) between 20 and 22) as relays");
    }

    private static long transactions(Assembly assembly) {
        BenchGround.number(assembly, "select 1 from pg_stat_force_next_flush()");
        return BenchGround.number(
                assembly,
                "select xact_commit + xact_rollback from pg_stat_database where datname = current_database()");
    }
}
