package dev.orderflow.systemtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orderflow.dev.Project;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The version before runs on the tables of the one after it during every roll, so a migration adds and takes nothing away.
 * What no running version uses any more goes by a migration that names the last one that did: {@code -- unused since 0.3.0}.
 */
class MigrationsTest {

    private static final Pattern TAKES_AWAY = Pattern.compile(
            "\\b(drop\\s+(table|column|view|type|function|schema)|rename|truncate|set\\s+not\\s+null"
                    + "|alter\\s+column\\s+\\w+\\s+(set\\s+data\\s+)?type"
                    + "|add\\s+(column\\s+)?(if\\s+not\\s+exists\\s+)?\\w+\\s+[a-z]\\w*(\\([0-9, ]+\\))?\\s+not\\s+null(?!\\s+default))\\b",
            Pattern.CASE_INSENSITIVE);

    /** That of a function takes nothing away yet. */
    private static final Pattern BODY = Pattern.compile("(?s)\\$(\\w*)\\$.*?\\$\\1\\$");

    private static final Pattern REASON = Pattern.compile("(?m)^-- unused since \\d+\\.\\d+\\.\\d+");

    @Test
    void everyMigrationLeavesWhatTheVersionBeforeUses() throws IOException {
        var migrations = migrations();
        assertTrue(migrations.size() >= Orderflow.SERVICES.size() + 1, migrations::toString);
        var wrong = new ArrayList<Path>();
        for (var migration : migrations) {
            if (takesAway(Files.readString(migration))) {
                wrong.add(migration);
            }
        }
        assertEquals(List.of(), wrong);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "alter table orders drop column total",
                "drop table claim;",
                "ALTER TABLE orders RENAME total TO sum",
                "alter table orders alter column total type bigint",
                "alter table orders alter total_cents set not null",
                "alter table orders add column channel text not null",
                "alter table orders add channel varchar(20) not null;",
            })
    void whatTheVersionBeforeWouldMissIsSeen(String statement) {
        assertTrue(takesAway(statement));
        assertFalse(takesAway("-- unused since 0.3.0\n" + statement));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "alter table orders add column channel text",
                "alter table orders add column channel text not null default 'web'",
                "create index concurrently on orders (channel)",
                "alter table outbox set (fillfactor = 70)",
            })
    void whatOnlyAddsIsFine(String statement) {
        assertFalse(takesAway(statement));
    }

    private static boolean takesAway(String migration) {
        return TAKES_AWAY.matcher(BODY.matcher(migration).replaceAll("")).find()
                && !REASON.matcher(migration).find();
    }

    private static List<Path> migrations() throws IOException {
        var found = new ArrayList<Path>();
        try (var modules = Files.newDirectoryStream(Project.here().root(), Files::isDirectory)) {
            for (var module : modules) {
                var folder = module.resolve("src/main/resources/db/migration");
                if (Files.isDirectory(folder)) {
                    try (var scripts = Files.newDirectoryStream(folder, "*.sql")) {
                        scripts.forEach(found::add);
                    }
                }
            }
        }
        return found;
    }
}
