package dev.orderflow.messaging;

import java.time.Duration;
import java.util.function.LongSupplier;

/** How long it is until something is due; by a clock that nobody can set. For one thread. */
final class Countdown {

    private final LongSupplier nanos;
    private long due;

    Countdown() {
        this(System::nanoTime);
    }

    Countdown(Duration fromNow) {
        this();
        set(fromNow);
    }

    /** @param nanos the clock */
    Countdown(LongSupplier nanos) {
        this.nanos = nanos;
        due = nanos.getAsLong();
    }

    void set(Duration fromNow) {
        due = nanos.getAsLong() + fromNow.toNanos();
    }

    boolean isOver() {
        return left().isZero();
    }

    /** Never negative. */
    Duration left() {
        return Duration.ofNanos(Math.max(0, due - nanos.getAsLong()));
    }
}
