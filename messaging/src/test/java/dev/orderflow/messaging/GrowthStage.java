package dev.orderflow.messaging;

import dev.orderflow.dev.TestDatabase;
import io.smallrye.mutiny.Uni;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** What must not grow: the cost of an event with the inbox, memory with the backlog, latency and table while row versions are pinned. */
final class GrowthStage {

    private static final int MARKS_AT_A_TIME = 500_000;
    private static final Duration FIGURES = Duration.ofSeconds(5);

    private static final Duration CLEANED_WITHIN = Duration.ofMinutes(5); // it looks at a database each minute

    /** How many are above what a vacuum begins with. */
    private static final String DEAD_ROWS = """
            select greatest(0, n_dead_tup - (select option_value::bigint from pg_class, pg_options_to_table(reloptions)
                                             where oid = relid and option_name = 'autovacuum_vacuum_threshold'))
            from pg_stat_user_tables where relid = 'outbox'::regclass""";

    private final BenchGround ground;

    GrowthStage(BenchGround ground) {
        this.ground = ground;
    }

    void run() throws InterruptedException {
        pinned();
        backlog();
        inbox();
    }

    /** A transaction elsewhere keeps every row version that is deleted meanwhile. */
    private void pinned() throws InterruptedException {
        LatencyStage latency = new LatencyStage(ground);
        String topic = BenchGround.newTopicWithoutFlushing();
        int seconds = ground.size.pinnedSeconds();
        Repetition figures = new Repetition(ground.assembly.vertx.getDelegate(), this::readFigures, FIGURES, FIGURES);
        figures.start();
        double before = latency.steadily(topic, 1, seconds, () -> {}).p99();
        double tableBefore = tableMegabytes();
        try (Snapshot held = new Snapshot(ground.database())) {
            double during = latency.steadily(topic, 1, seconds, held::take).p99();
            ground.note("pinned row versions: p99 beside without (target 2)", during / before);
            ground.note("  the table before, MB", tableBefore);
            ground.note("  the table at the end, MB", tableMegabytes());
        } finally {
            figures.stop();
        }
        if (ground.size.waitsForServer()) {
            ground.note("  until the server has cleaned the table, s", awaitCleaned());
        } else {
            vacuum("outbox");
        }
        ground.note("  the table afterwards, MB", tableMegabytes());
    }

    /** By itself, as the table's settings have it: as few dead rows are left as it begins with. Takes seconds. */
    private double awaitCleaned() throws InterruptedException {
        long start = System.nanoTime();
        Countdown patience = new Countdown(CLEANED_WITHIN);
        while (number(DEAD_ROWS) > 0) {
            if (patience.isOver()) {
                throw new IllegalStateException("the server does not clean the outbox");
            }
            Thread.sleep(500);
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private double number(String sql) {
        return BenchGround.number(ground.assembly, sql);
    }

    /** For the metrics, as a service does; it passes over all that is pinned, too. */
    private Uni<Void> readFigures() {
        return ground.assembly.pool.query(FlowQuery.FLOW).execute().replaceWithVoid();
    }

    /** With its indexes. */
    private double tableMegabytes() {
        return number("select pg_total_relation_size('outbox')") / 1e6;
    }

    /** Somebody's long transaction. */
    private static final class Snapshot implements AutoCloseable {
        private final Connection connection;

        Snapshot(TestDatabase database) {
            connection = database.connect();
        }

        void take() {
            try (Statement statement = connection.createStatement()) {
                statement.execute("begin isolation level repeatable read; select 1");
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            try (connection) {
                connection.createStatement().execute("rollback");
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** What lives on the heap while a backlog is sent, a small and a large one. */
    private void backlog() throws InterruptedException {
        double small = heapWhileSending(ground.size.backlog() / 100);
        double large = heapWhileSending(ground.size.backlog());
        ground.note("heap in use while a backlog is sent, MB", large);
        ground.note("  with a hundredth of it, MB", small);
    }

    private double heapWhileSending(int events) throws InterruptedException {
        String topic = BenchGround.newTopic();
        ground.fill(topic, events);
        try (RelayThread relay = new RelayThread(ground.assembly.parts(), ground.assembly)) {
            relay.awaitOwner();
            double[] most = {0};
            relay.await(() -> {
                most[0] = Math.max(most[0], liveHeap());
                return ground.unsent() == 0;
            });
            return most[0];
        }
    }

    /** Megabytes. */
    static double liveHeap() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return (runtime.totalMemory() - runtime.freeMemory()) / 1e6;
    }

    private void inbox() throws InterruptedException {
        vacuum("outbox");
        ground.execute("truncate inbox");
        ConsumeStage.rate(ground, "warms"); // the servers are still busy with what the backlog has left
        double before = ConsumeStage.rate(ground, "empty");
        for (int marks = 0; marks < ground.size.inboxRows(); marks += MARKS_AT_A_TIME) {
            int count = Math.min(MARKS_AT_A_TIME, ground.size.inboxRows() - marks);
            ground.execute(
                    "insert into inbox (day, consumer, identity) select (now() at time zone 'UTC')::date, 'full',"
                            + " gen_random_uuid()::text from generate_series(1, " + count + ")");
        }
        vacuum("inbox");
        double full = ConsumeStage.rate(ground, "full");
        ground.execute("truncate inbox");
        double after = ConsumeStage.rate(ground, "empty again");
        ground.note("consume with a full inbox, events/s", full);
        ground.note("  with an empty one before, events/s", before);
        ground.note("  with an empty one after, events/s", after);
        ground.note("  cost of an event beside an empty inbox (target 1)", (before + after) / 2 / full);
    }

    /** Outside of any transaction, and now: otherwise the server does it in the middle of what is measured next. */
    private void vacuum(String table) {
        RelayHarness.execute(ground.database(), "vacuum analyze " + table);
    }
}
