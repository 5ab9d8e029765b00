package dev.orderflow.messaging;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {

    private final Backoff backoff = new Backoff();

    @Test
    void doublesUpToTenSecondsAndBeginsAnew() {
        for (int round = 0; round < 2; round++) {
            Duration full = Duration.ofMillis(100);
            for (int i = 0; i < 20; i++) {
                Duration wait = backoff.next();
                assertTrue(wait.compareTo(full) <= 0, wait + " of " + full);
                assertTrue(wait.compareTo(full.dividedBy(2)) >= 0, wait + " of " + full);
                full = full.multipliedBy(2).compareTo(Duration.ofSeconds(10)) > 0
                        ? Duration.ofSeconds(10)
                        : full.multipliedBy(2);
            }
            backoff.reset();
        }
    }
}
