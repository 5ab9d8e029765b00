package dev.orderflow.messaging;

import java.time.Duration;

/** How long it is until something is due; by a clock that nobody can set. For one thread. */
final class Countdown {

    private long due = System.nanoTime();

    void set(Duration fromNow) {
        due = System.nanoTime() + fromNow.toNanos();
    }

    boolean isOver() {
        return left().isZero();
    }

    /** Never negative. */
    Duration left() {
        return Duration.ofNanos(Math.max(0, due - System.nanoTime()));
    }
}
