package dev.orderflow.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MarksTest {

    private static final int BUCKET = 63;
    private static final Buckets ITSELF = Buckets.of(BUCKET);
    private static final Duration LAG = Duration.ofSeconds(2);
    private static final Duration WHOLE = Duration.ofSeconds(100);

    private final AtomicLong now = new AtomicLong(7);
    private final Marks marks = new Marks(LAG, WHOLE, now::get);

    @Test
    void startsAtTheFirstRowUntilThatWasRead() {
        assertEquals(0, marks.start(BUCKET));
        assertEquals(0, marks.start(BUCKET));

        startBehind(7);

        assertEquals(7, marks.start(BUCKET));
    }

    @Test
    void passesNothingThatWasReadAMomentAgo() {
        startBehind(7);
        marks.start(BUCKET);
        marks.readAll(BUCKET, 8);

        pass(LAG);
        assertEquals(7, marks.start(BUCKET));
        pass(LAG.minusNanos(1));
        assertEquals(7, marks.start(BUCKET));
        pass(Duration.ofNanos(1));
        assertEquals(8, marks.start(BUCKET));
    }

    @Test
    void goesBackToTheFirstRowAgainAndAgain() {
        startBehind(7);

        pass(WHOLE);
        assertEquals(0, marks.start(BUCKET));
        assertEquals(0, marks.start(BUCKET));
        marks.readAll(BUCKET, 0);
        assertEquals(7, marks.start(BUCKET));

        pass(WHOLE.minusNanos(1));
        assertEquals(7, marks.start(BUCKET));
        pass(Duration.ofNanos(1));
        assertEquals(0, marks.start(BUCKET));
    }

    @Test
    void goesBackOnceWhenSomethingWasLeft() {
        startBehind(7);

        marks.goBack(ITSELF);
        assertEquals(0, marks.start(BUCKET));
        marks.readAll(BUCKET, 7);

        assertEquals(7, marks.start(BUCKET));
    }

    /** Behind the last row of a reading that was cut off there may be more, long before where others were read to. */
    @Test
    void goesOnWhereAReadingWasCutOff() {
        startBehind(700);

        marks.goBack(ITSELF);
        marks.start(BUCKET);
        marks.readUpTo(BUCKET, 64);
        assertEquals(64, marks.start(BUCKET));
        marks.readUpTo(BUCKET, 128);
        assertEquals(64, marks.start(BUCKET));

        pass(LAG);
        marks.start(BUCKET);
        pass(LAG);
        assertEquals(128, marks.start(BUCKET));
    }

    @Test
    void lookingAndSeeingNothingIsAsGoodAsReading() {
        startBehind(7);

        pass(WHOLE);
        assertEquals(0, marks.start(BUCKET));
        marks.empty(ITSELF);

        assertEquals(7, marks.start(BUCKET));
    }

    @Test
    void knowsNothingOfWhatOthersHaveHad() {
        startBehind(7);

        marks.forget(ITSELF);

        pass(LAG);
        assertEquals(0, marks.start(BUCKET));
        marks.readAll(BUCKET, 0);
        pass(LAG);
        assertEquals(0, marks.start(BUCKET));
    }

    @Test
    void bucketsGoBackOneAfterAnother() {
        Buckets.ALL.numbers().forEach(bucket -> {
            marks.start(bucket);
            marks.readAll(bucket, 7);
        });
        for (int move = 0; move < 2; move++) {
            pass(WHOLE.dividedBy(4));
            Buckets.ALL.numbers().forEach(marks::start);
        }

        long whole =
                Buckets.ALL.numbers().filter(bucket -> marks.start(bucket) == 0).count();

        assertTrue(whole > 20 && whole < 44, () -> whole + " of them");
    }

    private void startBehind(long id) {
        marks.start(BUCKET);
        marks.readAll(BUCKET, id);
        pass(LAG);
        marks.start(BUCKET);
        pass(LAG);
        assertEquals(id, marks.start(BUCKET));
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }
}
