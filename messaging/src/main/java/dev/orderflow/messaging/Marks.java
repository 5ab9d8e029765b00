package dev.orderflow.messaging;

import java.time.Duration;
import java.util.Arrays;

/**
 * Where the reading of each bucket starts: as a rule behind what was read some seconds ago. Deleted rows stay in the index
 * for as long as any transaction elsewhere could see them, and passing over all of them would take longer with each. A row
 * that commits so late that others have been read past it is found from the first row on, where a reading starts every few
 * seconds and after each take-over; until then it and its key are left alone. For the relay's thread.
 */
class Marks {

    // As a rule longer than a row takes from its id to its commit; the rest comes with the whole readings.
    private static final Duration LAG = Duration.ofSeconds(2);
    private static final Duration WHOLE = Duration.ofSeconds(8);

    private final Duration lag;
    private final Duration whole;
    private final Mark[] marks = new Mark[OutboxRow.BUCKETS];

    Marks() {
        this(LAG, WHOLE);
    }

    /**
     * @param lag how long ago what is not read again must have been read
     * @param whole how long no reading may start at the first row
     */
    Marks(Duration lag, Duration whole) {
        this.lag = lag;
        this.whole = whole;
        Arrays.setAll(marks, bucket -> new Mark());
    }

    /** The id behind which the next reading, or looking whether there is something to read, starts; 0: the first row. */
    long start(int bucket) {
        return marks[bucket].start();
    }

    /** A row was read. */
    void read(OutboxRow row) {
        Mark mark = marks[OutboxRow.bucket(row.aggregateId())];
        mark.highest = Math.max(mark.highest, row.id());
    }

    /** These were read from their starts on. */
    void read(Buckets buckets) {
        buckets.numbers().forEach(bucket -> marks[bucket].wholeSeen());
    }

    /** These have no row behind their starts. */
    void empty(Buckets buckets) {
        buckets.numbers().forEach(bucket -> marks[bucket].empty());
    }

    /** In these there are rows that were left where they are: until these are gone the first row is the start. */
    void hold(Buckets buckets) {
        buckets.numbers().forEach(bucket -> marks[bucket].held = true);
    }

    /** Nothing is known of these any more: others have had them. */
    void forget(Buckets buckets) {
        buckets.numbers().forEach(bucket -> marks[bucket] = new Mark());
    }

    private final class Mark {
        private final Countdown untilWhole = new Countdown();
        private final Countdown untilMove = new Countdown();
        private long start;
        private long next; // the highest id when it was moved the last time
        private long highest;
        private boolean held;
        private boolean fromTheFirst = true; // the last start that was asked for

        long start() {
            if (untilMove.isOver()) {
                start = next;
                next = highest;
                untilMove.set(lag);
            }
            fromTheFirst = held || untilWhole.isOver();
            return fromTheFirst ? 0 : start;
        }

        void wholeSeen() {
            if (fromTheFirst) {
                untilWhole.set(whole);
            }
        }

        void empty() {
            wholeSeen();
            held = false;
        }
    }
}
