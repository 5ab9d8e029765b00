package dev.orderflow.dev;

import static dev.orderflow.dev.TestPatience.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeftoversTest {

    private final Home home = new Home(Path.of("/src"), Path.of("/src/.orderflow"));

    @Test
    void everyProcessOfTheHomeIsKnownByItsCommandLine() {
        assertTrue(Leftovers.belongs("/jdk/bin/java -Dorderflow.home=/src/.orderflow -Xmx96m -jar run.jar", home));
        assertTrue(Leftovers.belongs("/jdk/bin/java Launcher quarkus:dev -Dorderflow.home=/src/.orderflow", home));
        assertTrue(Leftovers.belongs("/cache/bin/postgres -D /src/.orderflow/data/postgres/data -c port=15432", home));
        assertTrue(Leftovers.belongs("/usr/bin/jaeger --config /src/.orderflow/jaeger.yaml", home));
        assertTrue(Leftovers.belongs("/cache/bin/initdb --pgdata=/src/.orderflow/data/postgres/data.part", home));
    }

    @Test
    void processesOfOtherHomesAndOtherProgramsAreLeftAlone() {
        assertFalse(Leftovers.belongs("/jdk/bin/java -Dorderflow.home=/src/.orderflow2 -Xmx96m -jar run.jar", home));
        assertFalse(Leftovers.belongs("/jdk/bin/java Launcher quarkus:dev -Dorderflow.home=/src/.orderflow2", home));
        assertFalse(Leftovers.belongs("/cache/bin/postgres -D /other/data -c port=15432", home));
        assertFalse(Leftovers.belongs("/usr/bin/jaeger --config /src/.orderflow2/jaeger.yaml", home));
        assertFalse(Leftovers.belongs("vi /src/.orderflow/jaeger.yaml", home));
        assertFalse(Leftovers.belongs("vi /src/.orderflow/data/postgres/data/postgresql.conf", home));
        assertFalse(Leftovers.belongs("tail -f /src/.orderflow/logs/order.log", home));
    }

    /** As Maven and the compiler that it has started. */
    @Test
    void whatALeftoverHasStartedEndsWithIt(@TempDir Path folder) {
        var left = new Home(folder, folder);
        var other = Processes.start(List.of("sleep", "600"), folder.resolve("other.log"));
        var marked =
                Processes.start(List.of("sh", "-c", "sleep 600 & wait", left.mark()), folder.resolve("marked.log"));
        try {
            await().until(() -> marked.descendants().count() == 1);
            var child = marked.descendants().findFirst().orElseThrow();

            Leftovers.end(left, line -> {});

            assertTrue(Processes.isGone(marked.toHandle()));
            assertTrue(Processes.isGone(child));
            assertTrue(other.isAlive());
            assertEquals(List.of(), Leftovers.find(left));
        } finally {
            Processes.kill(marked.toHandle());
            Processes.kill(other.toHandle());
        }
    }
}
