package dev.orderflow.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SparingTest {

    private long now;
    private int done;
    private Duration takes = Duration.ofSeconds(1);
    private boolean fails;

    private final Sparing sparing = new Sparing(
            () -> Uni.createFrom().voidItem().invoke(() -> {
                now += takes.toNanos();
                done++;
                if (fails) {
                    throw new IllegalStateException("the database is away");
                }
            }),
            () -> now);

    @Test
    void whatTakesASecondIsDoneThreeTimesAMinute() {
        assertEquals(3, doneInAMinute());
    }

    @Test
    void whatTakesNoTimeIsDoneEachTime() {
        takes = Duration.ZERO;

        assertEquals(60, doneInAMinute());
    }

    @Test
    void evenWhatTakesLongIsDoneOnceAMinute() {
        takes = Duration.ofSeconds(40);
        sparing.get().await().indefinitely();
        takes = Duration.ZERO;

        assertEquals(1, doneInAMinute());
        assertEquals(61, doneInAMinute());
    }

    /** What it says is old, and it is by failing that it took so long. */
    @Test
    void afterAFailureItIsDoneAgain() {
        takes = Duration.ofSeconds(40);
        fails = true;
        assertThrows(IllegalStateException.class, () -> sparing.get().await().indefinitely());
        takes = Duration.ZERO;
        fails = false;

        assertEquals(61, doneInAMinute());
    }

    private int doneInAMinute() {
        long end = now + Duration.ofMinutes(1).toNanos();
        while (now < end) {
            sparing.get().await().indefinitely();
            now += Duration.ofSeconds(1).toNanos();
        }
        return done;
    }
}
