package dev.orderflow.messaging;

import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * Where the reading of each bucket starts: as a rule behind what was read some seconds ago. Deleted rows stay in the index
 * for as long as any transaction elsewhere could see them, and passing over all of them would take longer with each. Rows
 * behind which a reading starts, such as one that commits late, are found from the first row on, where a reading starts
 * every few seconds, after each take-over and when rows are known to have been left; until then they and their keys are
 * left alone. For the relay's thread.
 */
class Marks {

    // As a rule longer than a row takes from its id to its commit.
    private static final Duration LAG = Duration.ofSeconds(2);
    private static final Duration WHOLE = Duration.ofSeconds(8);

    private final Duration lag;
    private final Duration whole;
    private final LongSupplier nanos;
    private final Mark[] marks;

    Marks() {
        this(LAG, WHOLE, System::nanoTime);
    }

    /**
     * @param lag how long ago what is not read again must have been read
     * @param whole how long no reading may start at the first row
     * @param nanos the clock
     */
    Marks(Duration lag, Duration whole, LongSupplier nanos) {
        this.lag = lag;
        this.whole = whole;
        this.nanos = nanos;
        marks = IntStream.range(0, OutboxRow.BUCKETS).mapToObj(Mark::new).toArray(Mark[]::new);
    }

    /** The id behind which the next reading, or looking whether there is something to read, starts; 0: the first row. */
    long start(int bucket) {
        return marks[bucket].start();
    }

    /** Read from its start to its end; {@code last} is the id of its last row, 0 when there was none. */
    void readAll(int bucket, long last) {
        marks[bucket].readAll(last);
    }

    /** Read from its start to this id: what is behind it, and perhaps has been for long, is still to be read. */
    void readUpTo(int bucket, long id) {
        marks[bucket].readUpTo(id);
    }

    /** These have no row behind their starts. */
    void empty(Buckets buckets) {
        buckets.numbers().forEach(bucket -> marks[bucket].readAll(0));
    }

    /** In these there may be rows that were left where they are: their next readings start at the first row. */
    void goBack(Buckets buckets) {
        buckets.numbers().forEach(bucket -> marks[bucket].back = true);
    }

    /** Nothing is known of these any more: others have had them. */
    void forget(Buckets buckets) {
        buckets.numbers().forEach(bucket -> marks[bucket] = new Mark(bucket));
    }

    private final class Mark {
        private final Countdown untilWhole = new Countdown(nanos);
        private final Countdown untilMove = new Countdown(nanos);
        private Duration untilNextWhole;
        private long start;
        private long next; // the highest id when it was moved the last time
        private long highest;
        private boolean back;
        private boolean fromTheFirst = true; // the last start that was asked for

        Mark(int bucket) {
            // Not of all buckets at the same time.
            untilNextWhole = whole.multipliedBy(bucket + 1L).dividedBy(OutboxRow.BUCKETS);
        }

        long start() {
            if (untilMove.isOver()) {
                start = next;
                next = highest;
                untilMove.set(lag);
            }
            fromTheFirst = back || untilWhole.isOver();
            return fromTheFirst ? 0 : start;
        }

        void readAll(long last) {
            highest = Math.max(highest, last);
            wholeBegun();
        }

        void readUpTo(long id) {
            start = Math.min(start, id);
            next = Math.min(next, id);
            highest = id;
            wholeBegun();
        }

        private void wholeBegun() {
            if (fromTheFirst) {
                back = false;
                untilWhole.set(untilNextWhole);
                untilNextWhole = whole;
            }
        }
    }
}
