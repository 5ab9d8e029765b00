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
                one.await(() -> transactions(quiet) > 0 && relays(quiet) == 3);
                two.awaitOwner();
                three.awaitOwner();
                Thread.sleep(Duration.ofSeconds(2)); // until the last has got its share
                long before = transactions(quiet);
                long start = System.nanoTime();
                Thread.sleep(Duration.ofSeconds(ground.size.idleSeconds()));
                double rate = Load.rate(transactions(quiet) - before - 2, start); // without the question itself
                ground.note("idle: transactions a second and replica (target 1)", rate / 3);
            }
        } finally {
            TestServers.drop(empty);
        }
    }

    private static long relays(Assembly assembly) {
        return BenchGround.number(
                assembly,
                "select count(*) from pg_stat_activity where application_name = 'outbox-relay'"
                        + " and datname = current_database()");
    }

    private static long transactions(Assembly assembly) {
        BenchGround.number(assembly, "select 1 from pg_stat_force_next_flush()");
        return BenchGround.number(
                assembly,
                "select xact_commit + xact_rollback from pg_stat_database where datname = current_database()");
    }
}
