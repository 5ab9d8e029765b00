package dev.orderflow.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ParkingLimitTest {

    private final AtomicInteger gauge = new AtomicInteger();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final ParkingLimit limit = new ParkingLimit("test", 3, () -> now, gauge);

    @Test
    void stopsAtOneMoreThanAllowedInAMinute() {
        park(3);
        assertFalse(limit.isReached());

        assertTrue(limit.isReachedWithOneMore());

        assertTrue(limit.isReached());
        assertEquals(1, gauge.get());
    }

    @Test
    void forgetsWhatWasParkedAMinuteAgo() {
        park(3);

        now = now.plus(Duration.ofSeconds(61));

        assertFalse(limit.isReachedWithOneMore());
    }

    @Test
    void forgetsWhatIsYetToComeAfterTheClockWasPutBack() {
        park(3);

        now = now.minus(Duration.ofHours(1));

        assertFalse(limit.isReachedWithOneMore());
    }

    @Test
    void staysStopped() {
        park(3);
        assertTrue(limit.isReachedWithOneMore());

        now = now.plus(Duration.ofHours(1));

        assertTrue(limit.isReached());
    }

    private void park(int records) {
        for (int i = 0; i < records; i++) {
            assertFalse(limit.isReachedWithOneMore());
        }
    }
}
