package dev.orderflow.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class MarksTest {

    private static final Duration NEVER = Duration.ofDays(1);

    private final int bucket = OutboxRow.bucket("a");
    private final Buckets itself = Buckets.of(bucket);

    @Test
    void startsAtTheFirstRowUntilThatWasRead() {
        Marks marks = readTo7();
        assertEquals(0, marks.start(bucket));

        marks.read(itself);

        assertEquals(7, marks.start(bucket));
    }

    @Test
    void passesNothingThatWasReadAMomentAgo() {
        Marks marks = new Marks(NEVER, NEVER);
        marks.read(itself);
        marks.start(bucket);

        marks.read(row(7));

        assertEquals(0, marks.start(bucket));
    }

    @Test
    void goesBackToTheFirstRowAgainAndAgain() {
        Marks marks = new Marks(Duration.ZERO, Duration.ZERO);
        marks.read(row(7));
        marks.start(bucket);

        marks.read(itself);

        assertEquals(0, marks.start(bucket));
    }

    @Test
    void staysAtTheFirstRowWhileThereIsSomethingLeft() {
        Marks marks = readTo7();
        marks.read(itself);
        marks.hold(itself);
        assertEquals(0, marks.start(bucket));

        marks.read(itself);
        assertEquals(0, marks.start(bucket));
        marks.empty(itself);

        assertEquals(7, marks.start(bucket));
    }

    @Test
    void knowsNothingOfWhatOthersHaveHad() {
        Marks marks = readTo7();
        marks.read(itself);

        marks.forget(itself);

        marks.start(bucket);
        marks.start(bucket);
        assertEquals(0, marks.start(bucket));
    }

    /** Row 7 was read, long enough ago to start behind it. */
    private Marks readTo7() {
        Marks marks = new Marks(Duration.ZERO, NEVER);
        marks.read(row(7));
        marks.start(bucket);
        return marks;
    }

    private static OutboxRow row(long id) {
        Cause cause = new Cause("story", null, null);
        return new OutboxRow(
                id,
                "topic",
                "thing",
                "a",
                1,
                "thing.happened",
                new byte[1],
                new UUID(7, 1),
                "1.0",
                "/test",
                Instant.EPOCH,
                cause,
                null);
    }
}
