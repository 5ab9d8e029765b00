package dev.orderflow.dev;

import static dev.orderflow.dev.TestPatience.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class ProgressTest {

    private final Journal journal = new Journal();

    /** Never ready. */
    private static final class Slow extends Part {

        Slow(String name) {
            super(name, Path.of("target/progress-test.log"));
        }

        @Override
        List<String> prepare() {
            return List.of("sleep", "600");
        }

        @Override
        boolean isReady(long pid) {
            return false;
        }
    }

    @Test
    void aLongStartIsNotSilent() {
        var order = new Keeper(new Slow("order"), journal);
        var fraud = new Keeper(new Slow("fraud"), journal);
        var starting = new AtomicBoolean(true);
        var progress = new Progress(List.of(order, fraud), journal, Duration.ofMillis(300));
        order.start();
        try {
            Thread.startVirtualThread(() -> progress.tellWhile(starting::get));

            await().until(() -> journal.now(0).size() >= 2);
            assertTrue(journal.now(0).stream().allMatch("... still starting: order"::equals), "" + journal.now(0));
        } finally {
            starting.set(false);
            order.stop();
        }
    }
}
