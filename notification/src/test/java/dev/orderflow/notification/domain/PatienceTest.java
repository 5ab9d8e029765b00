package dev.orderflow.notification.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PatienceTest {

    private static final double HIGHEST = 1;
    private final Patience patience = new Patience(Duration.ofSeconds(1), Duration.ofSeconds(60), Duration.ofDays(3));

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 2", "3, 4", "6, 32", "7, 60", "8, 60", "1000, 60", "2147483647, 60"})
    void doublesTheWaitUpToABound(int attempts, long seconds) {
        assertEquals(Duration.ofSeconds(seconds), patience.delay(attempts, HIGHEST));
    }

    @Test
    void spreadsThoseThatFailedTogether() {
        assertEquals(Duration.ofSeconds(30), patience.delay(9, 0));
        assertEquals(Duration.ofSeconds(45), patience.delay(9, 0.5));
    }

    @Test
    void endsWithAge() {
        assertFalse(patience.isOver(Duration.ofDays(3).minusMillis(1)));
        assertTrue(patience.isOver(Duration.ofDays(3)));
    }
}
