package dev.orderflow.notification.domain;

import java.time.Duration;

/**
 * When to try again and when to give up: waiting doubles with every attempt up to a bound, the number of attempts has
 * none, and only age ends it.
 *
 * @param first wait after the first attempt, before the dice
 * @param longest wait
 * @param maxAge of a notification that is worth another attempt
 */
public record Patience(Duration first, Duration longest, Duration maxAge) {

    private static final int MOST_DOUBLINGS = 30; // far beyond any bound, and no overflow

    boolean isOver(Duration age) {
        return age.compareTo(maxAge) >= 0;
    }

    /** Between half the wait and all of it, so that those which failed together do not come back together. */
    Duration delay(int attempts, double dice) {
        int doublings = Math.clamp(attempts - 1L, 0, MOST_DOUBLINGS);
        Duration doubled = first.multipliedBy(1L << doublings);
        long half = (doubled.compareTo(longest) > 0 ? longest : doubled).toMillis() / 2;
        return Duration.ofMillis(half + (long) (dice * (double) half));
    }
}
