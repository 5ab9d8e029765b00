package dev.orderflow.systemtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orderflow.dev.Project;
import dev.orderflow.dev.TestServers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the init container of a pod does. */
class MigrateOnlyIT {

    private static final Path LOG = Path.of("target/migrate-only.log");

    @Test
    void aServiceThatOnlyMigratesLeavesItsTablesAndEndsWell() throws Exception {
        var database = TestServers.newDatabase();
        var options = new ArrayList<>(List.of("-Dquarkus.init-and-exit=true"));
        database.properties().forEach((name, value) -> options.add("-D" + name + "=" + value));

        var process = new ProcessBuilder(Project.here().command("fraud", options))
                .redirectErrorStream(true)
                .redirectOutput(LOG.toFile())
                .start();
        try {
            assertTrue(process.waitFor(Orderflow.PATIENCE.toSeconds(), TimeUnit.SECONDS));
        } finally {
            process.destroyForcibly();
        }

        var log = Files.readAllLines(LOG);
        assertEquals(0, process.exitValue(), () -> String.join("\n", log));
        // With the migration, and not some seconds later in Quarkus' own way, which says so.
        assertTrue(log.getLast().contains("Successfully applied"), log::getLast);
        try (var connection = database.connect();
                var statement = connection.createStatement();
                var migrated = statement.executeQuery("select bool_and(success) from flyway_schema_history")) {
            migrated.next();
            assertTrue(migrated.getBoolean(1));
        }
    }
}
