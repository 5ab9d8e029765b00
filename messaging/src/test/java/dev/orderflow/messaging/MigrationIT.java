package dev.orderflow.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orderflow.dev.TestServers;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.SQLException;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;

/** The migration's sessions are those of a service, with the settings that every service gets from here. */
@QuarkusTest
@WithTestResource(value = TestServers.class, initArgs = @ResourceArg(name = "topics", value = Things.TOPICS))
class MigrationIT {

    @Inject
    AgroalDataSource database;

    /** Meanwhile the connection that holds Flyway's lock idles in its transaction. */
    @Test
    void maySleepLongerThanATransactionOfTheApplication() {
        var migrated = Flyway.configure()
                .dataSource(database)
                .locations("classpath:db/slow")
                .table("slow_migration")
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .load()
                .migrate();

        assertEquals(1, migrated.migrationsExecuted);
    }

    /** One that waits for a table lets nobody else near it, and that is the application's business as well. */
    @Test
    void waitsForALockNoLongerThanTheApplication() throws SQLException {
        assertEquals("0", setting("idle_in_transaction_session_timeout"));
        assertEquals("0", setting("transaction_timeout"));
        assertEquals("5s", setting("lock_timeout"));
    }

    private String setting(String name) throws SQLException {
        try (var connection = database.getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery("show " + name)) {
            row.next();
            return row.getString(1);
        }
    }
}
