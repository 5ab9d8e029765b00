package dev.orderflow.messaging;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * Tells bad records from a bad deployment: many that cannot be applied within a minute are not the records' fault, and
 * parking them all would only make the repair longer. A consumer that reaches the limit stops until the service is started
 * again. Records that merely wait behind a parked one do not count.
 */
final class ParkingLimit {

    private static final Logger LOG = Logger.getLogger(ParkingLimit.class);
    private static final Duration WINDOW = Duration.ofMinutes(1);

    private final String consumer;
    private final int perMinute;
    private final InstantSource clock;
    private final AtomicInteger stopped;
    private volatile String why = "";
    private final Deque<Instant> parked = new ArrayDeque<>();

    ParkingLimit(String consumer, int perMinute, InstantSource clock, AtomicInteger stopped) {
        this.consumer = consumer;
        this.perMinute = perMinute;
        this.clock = clock;
        this.stopped = stopped;
    }

    /** Why it was stopped; empty while it is not. */
    String why() {
        return why;
    }

    boolean isReached() {
        return stopped.get() != 0;
    }

    /** Until the service is started again. */
    void stop(String reason) {
        why = reason;
        stopped.set(1);
        LOG.errorf(
                "stopped, until it is repaired and the service started again: consumer=%s reason=%s", consumer, reason);
    }

    /** Counts one that is about to be parked; true when that would be one too many. */
    synchronized boolean isReachedWithOneMore() {
        Instant now = clock.instant();
        parked.removeIf(one -> one.isBefore(now.minus(WINDOW)) || one.isAfter(now)); // of a clock that was put back
        if (parked.size() >= perMinute) {
            stop("more than " + perMinute + " records cannot be applied in a minute");
            return true;
        }
        parked.addLast(now);
        return false;
    }
}
