package dev.orderflow.dev;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LeftoversTest {

    private final Home home = new Home(Path.of("/src"), Path.of("/src/.orderflow"));

    @Test
    void everyProcessOfTheHomeIsKnownByItsCommandLine() {
        assertTrue(Leftovers.belongs("/jdk/bin/java -Dorderflow.home=/src/.orderflow -Xmx96m -jar run.jar", home));
        assertTrue(Leftovers.belongs("/cache/bin/postgres -D /src/.orderflow/data/postgres/data -c port=15432", home));
        assertTrue(Leftovers.belongs("/cache/bin/initdb --pgdata=/src/.orderflow/data/postgres/data.part", home));
    }

    @Test
    void processesOfOtherHomesAndOtherProgramsAreLeftAlone() {
        assertFalse(Leftovers.belongs("/jdk/bin/java -Dorderflow.home=/src/.orderflow2 -Xmx96m -jar run.jar", home));
        assertFalse(Leftovers.belongs("/cache/bin/postgres -D /other/data -c port=15432", home));
        assertFalse(Leftovers.belongs("vi /src/.orderflow/data/postgres/data/postgresql.conf", home));
        assertFalse(Leftovers.belongs("tail -f /src/.orderflow/logs/order.log", home));
    }
}
