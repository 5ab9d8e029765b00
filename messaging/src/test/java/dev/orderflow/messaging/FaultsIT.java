package dev.orderflow.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** G5, G6 and G7 with three replicas in processes of their own, real servers, and faults. */
class FaultsIT {

    /** A run says nothing about what did not happen in it. */
    @Test
    void nothingIsLostDoubledOrOutOfOrderWhateverBefalls(@TempDir Path folder) throws Exception {
        Faults.Outcome outcome = Faults.run(System.nanoTime() % 1_000_000, Duration.ofSeconds(20), folder);

        assertEquals(List.of(), outcome.history().wrong());
        assertEquals(List.of(), outcome.missing());
    }

    /** Each of three replicas dies at a point of its own. */
    @Test
    void nothingIsLostDoubledOrOutOfOrderByACrashBetweenTwoSteps(@TempDir Path folder) throws Exception {
        try (FaultRun run = new FaultRun(1, folder, line -> System.out.println("crash points: " + line))) {
            run.begin(
                    Replica.CrashPoint.AFTER_COMMIT_BEFORE_SEND,
                    Replica.CrashPoint.AFTER_SEND_BEFORE_DELETE,
                    Replica.CrashPoint.AFTER_EFFECT_BEFORE_ACKNOWLEDGE);
            run.awaitCrashes();
            History history = run.end();

            assertEquals(List.of(), history.wrong());
            assertTrue(history.repeats() > 0, "nothing was sent twice");
            assertTrue(run.counts().getOrDefault("duplicates", 0) > 0, "nothing was delivered twice");
        }
    }
}
