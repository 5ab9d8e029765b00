package dev.orderflow.messaging;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Waits that double from a tenth of a second to ten, each shortened at random so that replicas do not march in step. */
final class Backoff {

    static final Duration FIRST = Duration.ofMillis(100);
    static final Duration LONGEST = Duration.ofSeconds(10);

    private Duration next = FIRST;

    Duration next() {
        Duration wait = next;
        next = wait.multipliedBy(2).compareTo(LONGEST) > 0 ? LONGEST : wait.multipliedBy(2);
        return wait.dividedBy(2)
                .plusMillis(
                        ThreadLocalRandom.current().nextLong(wait.dividedBy(2).toMillis() + 1));
    }

    void reset() {
        next = FIRST;
    }
}
