package dev.orderflow.order;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** The process's clock, which tests may put back. */
@ApplicationScoped
class TestClock implements InstantSource {

    private volatile Duration behind = Duration.ZERO;

    @Override
    public Instant instant() {
        return Instant.now().minus(behind);
    }

    void putBack(Duration by) {
        behind = by;
    }
}
