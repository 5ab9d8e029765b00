package dev.orderflow.messaging;

import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;

/**
 * A relay's part of the buckets: as many as any other has, taken and left as relays come and go. What this replica writes
 * into the buckets of others it tells them, at most every few milliseconds, and outside of any transaction, since those
 * with a NOTIFY commit one by one. For the relay's thread.
 */
final class Ownership {

    private static final Logger LOG = Logger.getLogger(Ownership.class);
    static final Duration COALESCE = Duration.ofMillis(5); // between two tellings
    private static final Duration SILENCE = Duration.ofSeconds(15); // of many looks: that relay is frozen
    private static final int LOOKS_PER_SEARCH = 5; // for rows that their owners do not send
    private static final String SHARE_ANEW = "share";

    private final RelayConnection connection;
    private final BucketLocks locks;
    private final Marks marks;
    private final MessagingMetrics metrics;
    private final Duration poll;
    private final Countdown nextLook = new Countdown();
    private final Countdown nextTelling = new Countdown();
    private Buckets waiting = Buckets.NONE;
    private Buckets told = Buckets.NONE;
    private Buckets elsewhere = Buckets.NONE;
    private Buckets stuck = Buckets.NONE;
    private Buckets notSent = Buckets.NONE; // of those of others that were looked into
    private int share;
    private int looks;

    /** @param poll how often it looks, at least */
    Ownership(RelayConnection connection, BucketLocks locks, Marks marks, MessagingMetrics metrics, Duration poll) {
        this.connection = connection;
        this.locks = locks;
        this.marks = marks;
        this.metrics = metrics;
        this.poll = poll;
    }

    /** Joins the relays of the other replicas, which leave it its part. */
    void begin() {
        locks.bePresent();
        say(SHARE_ANEW);
    }

    /** Those of its buckets that may have rows, as far as they are known since this was asked last. */
    Buckets takeWaiting() {
        Buckets known = waiting.in(locks.owned());
        waiting = Buckets.NONE;
        return known;
    }

    /** Those into which somebody said that he has written, since this was asked last. */
    Buckets takeTold() {
        Buckets known = told;
        told = Buckets.NONE;
        return known;
    }

    /** This replica has written into these. */
    void written(Buckets buckets) {
        tell(buckets);
        elsewhere = elsewhere.and(buckets.without(locks.owned()));
    }

    /** What a relay has said, perhaps this one: that the parts have changed, or which buckets have rows. */
    void hear(String said) {
        try {
            tell(new Buckets(Long.parseUnsignedLong(said, 16)));
        } catch (NumberFormatException e) { // to share anew, or said by somebody else
            nextLook.set(Duration.ZERO);
        }
    }

    private void tell(Buckets buckets) {
        waiting = waiting.and(buckets);
        told = told.and(buckets);
    }

    /** Until {@link #keepUp} has to be called at the latest. */
    Duration untilNext() {
        Duration look = nextLook.left();
        Duration telling = nextTelling.left();
        return elsewhere.isEmpty() || look.compareTo(telling) < 0 ? look : telling;
    }

    /**
     * Looks around when it is time to, tells what others have to know, leaves what is too much and not busy.
     *
     * @param stuck those that may be busy for long: others are left first, and as long as they are busy they go on
     */
    void keepUp(Buckets busy, Buckets stuck) {
        this.stuck = stuck;
        if (nextLook.isOver()) {
            look();
        }
        if (!elsewhere.isEmpty() && nextTelling.isOver()) {
            say(Long.toHexString(elsewhere.bits()));
            elsewhere = Buckets.NONE;
            nextTelling.set(COALESCE);
        }
        Buckets free = leaving().without(busy);
        if (!free.isEmpty()) {
            locks.give(free);
            say(SHARE_ANEW);
        }
        metrics.owned(locks.owned().count());
    }

    /** Those that it works on: its own but for what is to be left to others. */
    Buckets own() {
        return locks.owned().without(leaving());
    }

    private Buckets leaving() {
        return locks.owned().without(stuck).some(Math.max(0, locks.owned().count() - share));
    }

    private void look() {
        nextLook.set(poll);
        int turn = ++looks % LOOKS_PER_SEARCH;
        Buckets mine = locks.owned();
        BucketLocks.Look seen = locks.look(IntStream.range(0, OutboxRow.BUCKETS)
                .mapToObj(bucket -> mine.contains(bucket) ? marks.start(bucket) : startElsewhere(bucket, turn))
                .toArray(Long[]::new));
        marks.empty(mine.without(seen.waiting()));
        marks.goBack(seen.due().in(mine));
        share = seen.share();
        Buckets taken = seen.someFree() ? locks.take(share) : Buckets.NONE;
        marks.forget(taken);
        metrics.takeovers(taken.count());
        waiting = waiting.and(seen.waiting()).and(seen.due()).and(taken);
        notSent = notSent.and(seen.waiting().without(mine));
        if (turn == 0) {
            endStalled();
        }
    }

    /** In those of others it only looks whether anything is sent at all, in a part of them at a time. */
    private static long startElsewhere(int bucket, int turn) {
        return bucket % LOOKS_PER_SEARCH == turn ? 0 : Long.MAX_VALUE;
    }

    private void endStalled() {
        if (!notSent.isEmpty()) {
            int ended = locks.endStalled(SILENCE);
            metrics.evictions(ended);
            if (ended > 0) {
                LOG.warn("outbox relay: ended the connection of a relay that gave no sign of life");
            }
        }
        notSent = Buckets.NONE;
    }

    /** Leaves everything to the others; nothing of it may be under way. */
    void end() {
        locks.leave();
        say(SHARE_ANEW);
    }

    private void say(String words) {
        connection.ask("select pg_notify('outbox', $1)", Tuple.of(words));
    }
}
