package dev.orderflow.notification;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orderflow.dev.TestServers;
import dev.orderflow.dev.TestSql;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(TestServers.class)
@WithTestResource(Outside.class)
class NotificationRetentionIT {

    /** Nobody sends one that is due in ten days. */
    private static final String INSERT = """
            insert into notification (id, occasion, subject_id, order_id, body, delivery, due_at, created_at, finished_at,
                correlation_id, causation_id)
            select gen_random_uuid(), 'placed', gen_random_uuid(), gen_random_uuid(), '', '%s', now() + interval '10 days',
                now() - interval '100 days', %s, 'retention ' || %s, gen_random_uuid()
            from generate_series(1, %d)""";

    private static final String LEFT =
            "select correlation_id from notification where correlation_id like 'retention%' order by correlation_id";

    @Inject
    AgroalDataSource database;

    @Inject
    NotificationRetention retention;

    @AfterEach
    void clean() {
        new TestSql(database).execute("delete from notification where correlation_id like 'retention%'");
    }

    @Test
    void forgetsWhatEndedLongAgoAndNothingElse() {
        for (String delivery : List.of("sent", "skipped", "failed")) {
            insert(delivery, "now() - interval '91 days'", "old", 400); // more than are deleted at once
            insert(delivery, "now() - interval '89 days'", "young " + delivery, 1);
        }
        insert("waiting", "null", "waiting", 1);

        sweep();

        assertEquals(
                List.of(
                        "retention waiting",
                        "retention young failed",
                        "retention young sent",
                        "retention young skipped"),
                new TestSql(database).query(LEFT));
    }

    @Test
    void passesOverWhatSomebodyWorksOn() throws SQLException {
        insert("sent", "now() - interval '92 days'", "busy", 1);
        insert("sent", "now() - interval '91 days'", "idle", 1);
        try (Connection other = database.getConnection();
                var lock = other.createStatement()) {
            other.setAutoCommit(false);
            lock.execute("select from notification where correlation_id = 'retention busy' for update");

            sweep();

            other.rollback();
        }
        assertEquals(List.of("retention busy"), new TestSql(database).query(LEFT));
    }

    private void sweep() {
        retention.sweep().await().atMost(Duration.ofSeconds(20));
    }

    private void insert(String delivery, String finished, String name, int count) {
        new TestSql(database).execute(INSERT.formatted(delivery, finished, "'" + name + "'", count));
    }
}
