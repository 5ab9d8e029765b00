package dev.orderflow.messaging;

import dev.orderflow.dev.TestDatabase;
import dev.orderflow.dev.TestServers;
import java.time.Duration;
import java.util.Map;

/** What three relays ask their database for when nothing happens. */
final class IdleStage {

    private final BenchGround ground;

    IdleStage(BenchGround ground) {
        this.ground = ground;
    }

    /** In a database of its own, which nobody has to clean up. */
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
                long before = transactions(quiet);
                long start = System.nanoTime();
                // Nothing happens for so long, which is what is measured.
                Thread.sleep(Duration.ofSeconds(ground.size.idleSeconds()));
                double rate = Load.rate(transactions(quiet) - before - 2, start); // without the question itself
                ground.note("idle: transactions a second and replica (target 1)", rate / 3);
            }
        } finally {
            TestServers.drop(empty);
        }
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
