package dev.orderflow.messaging;

import static dev.orderflow.dev.TestPatience.await;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orderflow.dev.TestServers;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.pgclient.PgException;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What keeps inbox and figures small hinders nobody, also when there is much of it. */
@QuarkusTest
@WithTestResource(value = TestServers.class, initArgs = @ResourceArg(name = "topics", value = Things.TOPICS))
class InboxCareIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String OLD = "now() - interval '11 days'";

    @Inject
    InboxCare care;

    @Inject
    Pool pool;

    @Inject
    DataSource database;

    @AfterEach
    void cleanUp() {
        execute("delete from inbox where consumer = 'c'; delete from outbox where topic = 'nowhere'");
    }

    @Test
    void oldMarksGoByTheirReceiptAndNotByTheirDay() {
        oldDay("2020-01-01", "now()");
        oldDay("2020-01-02", OLD);
        execute("insert into inbox values ('1970-01-01', 'c', 'seen long ago', %s), ('1970-01-01', 'c', 'seen', now())"
                .formatted(OLD));

        care.run().await().atMost(PATIENCE);

        assertEquals(1, number("select count(*) from inbox where day = '2020-01-01'"));
        assertEquals(0, partitions("inbox_20200102"));
        assertEquals(1, number("select count(*) from inbox_default where consumer = 'c'"));
        assertEquals(1, partitions(name(today())));
        assertEquals(1, partitions(name(today().plusDays(2))));
        assertEquals(1, partitions(name(today().minusDays(8))));
    }

    @Test
    void aDayIsPreparedWhileOthersInsert() throws SQLException {
        care.run().await().atMost(PATIENCE);
        execute("drop table " + name(today().plusDays(2)));
        try (Connection other = database.getConnection();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("insert into inbox values ('%s', 'c', 'at work')".formatted(today()));

            assertDoesNotThrow(() -> care.run().await().atMost(PATIENCE));

            other.rollback();
        }
        assertEquals(1, partitions(name(today().plusDays(2))));
    }

    @Test
    void whatCannotBeDroppedNowTakesNothingElseWithIt() throws SQLException {
        care.run().await().atMost(PATIENCE);
        oldDay("2020-01-03", OLD);
        execute("drop table " + name(today().plusDays(2)));
        execute("insert into inbox values ('1970-01-01', 'c', 'seen long ago', %s)".formatted(OLD));
        try (Connection other = database.getConnection();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("insert into inbox values ('%s', 'c', 'at work')".formatted(today()));

            PgException locked =
                    assertThrows(PgException.class, () -> care.run().await().atMost(PATIENCE));

            assertEquals("55P03", locked.getSqlState());
            assertEquals(1, partitions("inbox_20200103"));
            assertEquals(1, partitions(name(today().plusDays(2))), "prepared in a transaction of its own");
            assertEquals(0, number("select count(*) from inbox_default where consumer = 'c'"));
            other.rollback();
        }
        care.run().await().atMost(PATIENCE);
        assertEquals(0, partitions("inbox_20200103"));
    }

    /** An event of that day is delivered again between the look into its partition and the lock. */
    @Test
    void aDayIntoWhichSomethingIsReceivedMeanwhileIsNotDropped() throws Exception {
        oldDay("2020-01-04", OLD);
        execute("alter function inbox_drop(text, interval) set lock_timeout = '30s'");
        try (Connection other = database.getConnection();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("insert into inbox values ('2020-01-04', 'c', 'again', now())");
            CompletableFuture<Boolean> dropped = pool.query("select inbox_drop('inbox_20200104', interval '10 days')")
                    .execute()
                    .map(rows -> rows.iterator().next().getBoolean(0))
                    .subscribeAsCompletionStage();
            await().atMost(PATIENCE)
                    .until(() ->
                            number("select count(*) from pg_locks where not granted and relation = 'inbox'::regclass")
                                    == 1);

            other.commit();

            assertEquals(false, dropped.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
            assertEquals(2, number("select count(*) from inbox where day = '2020-01-04'"));
        } finally {
            execute("alter function inbox_drop(text, interval) set lock_timeout = '1s'");
        }
    }

    /** As a dump does, for as long as it runs. */
    @Test
    void noConsumerWaitsForSomebodyWhoReadsTheDefaultPartition() throws SQLException {
        care.run().await().atMost(PATIENCE);
        execute("drop table " + name(today().plusDays(2)));
        try (Connection other = database.getConnection();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("select count(*) from inbox_default");

            new InboxCare(pool, Configured.asUsual()).prepared().await().atMost(PATIENCE);

            assertEquals(0, partitions(name(today().plusDays(2))));
            other.rollback();
        }
        care.run().await().atMost(PATIENCE);
        assertEquals(1, partitions(name(today().plusDays(2))));
    }

    @Test
    void marksAreNotForgottenBeforeTheirEvents() {
        MessagingConfig shorter = Configured.with(Map.of("messaging.inbox-keep", "9d"));

        Exception refused = assertThrows(IllegalArgumentException.class, () -> new InboxCare(pool, shorter));

        assertTrue(refused.toString().contains("messaging.inbox-keep"), refused::toString);
    }

    @Test
    void whatLiesInNoDayIsForgottenInParts() {
        execute("insert into inbox select '1970-01-01', 'c', 'n' || n, %s from generate_series(1, 12000) n"
                .formatted(OLD));
        execute(
                "create table forgotten (rows bigint); create function count_forgotten() returns trigger language plpgsql"
                        + " as $$ begin insert into forgotten select count(*) from gone; return null; end $$;"
                        + " create trigger forgotten after delete on inbox_default referencing old table as gone"
                        + " for each statement execute function count_forgotten()");
        try {
            care.run().await().atMost(PATIENCE);

            assertEquals(12_000, number("select sum(rows) from forgotten"));
            assertTrue(number("select max(rows) from forgotten") <= 5_000);
        } finally {
            execute("drop trigger forgotten on inbox_default; drop function count_forgotten; drop table forgotten");
        }
    }

    @Test
    void manyUnsentRowsAreNotCountedOneByOne() {
        // Nobody brings the estimate up to date: what is left of it is the bound of what was counted.
        execute("alter table outbox set (autovacuum_enabled = false)");
        try {
            execute("insert into outbox (bucket, topic, aggregatetype, aggregateid, sequence, type, event_id,"
                    + " event_version, source, occurred_at, correlationid) select 0, 'nowhere', 'thing', 'counted', n,"
                    + " 'thing.happened', gen_random_uuid(), '1.0', '/messaging', now(), 'story'"
                    + " from generate_series(1, 12000) n");
            assertEquals(FlowQuery.COUNTED, unsent());

            execute("analyze outbox");
            assertTrue(unsent() >= 12_000);
        } finally {
            execute("alter table outbox reset (autovacuum_enabled)");
        }
    }

    private static long unsent() {
        return RestAssured.get("/api/v1/flow")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getLong("unsent");
    }

    private static LocalDate today() {
        return LocalDate.now(ZoneOffset.UTC);
    }

    private static String name(LocalDate day) {
        return "inbox_" + day.format(DateTimeFormatter.BASIC_ISO_DATE);
    }

    /** A day long ago, and when something of it was received. */
    private void oldDay(String day, String received) {
        LocalDate date = LocalDate.parse(day);
        execute("create table if not exists %s partition of inbox for values from ('%s') to ('%s')"
                .formatted(name(date), date, date.plusDays(1)));
        execute("insert into inbox values ('%s', 'c', 'of %s', %s)".formatted(day, day, received));
    }

    private long partitions(String name) {
        return number("select count(*) from pg_inherits where inhparent = 'inbox'::regclass"
                + " and inhrelid = to_regclass('" + name + "')");
    }

    private void execute(String sql) {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private long number(String sql) {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
