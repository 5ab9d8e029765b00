package dev.orderflow.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** G5, G6 and G7 with three replicas in processes of their own, real servers, and faults. */
@Tag("plain")
class FaultsIT {

    /** A run says nothing about what did not happen in it. */
    @Test
    void nothingIsLostDoubledOrOutOfOrderWhateverBefalls(@TempDir(cleanup = CleanupMode.ON_SUCCESS) Path folder)
            throws Exception {
        Faults.Outcome outcome = Faults.run(System.nanoTime() % 1_000_000, Duration.ofSeconds(20), folder);

        assertEquals(List.of(), outcome.history().wrong());
        assertEquals(List.of(), outcome.missing());
    }
}
