package dev.orderflow.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutboxAppenderTest {

    private static final Cause CAUSE = new Cause("story", null, null);

    private final OutboxAppender appender = new OutboxAppender(Configured.asUsual());

    @Test
    void mintsAnIdForEachEvent() {
        List<OutboxRow> rows = appender.rows(CAUSE, List.of(event("a", 10), event("b", 10)));

        assertEquals(7, rows.getFirst().eventId().version());
        assertNotEquals(rows.getFirst().eventId(), rows.getLast().eventId());
    }

    @Test
    void refusesWhatNoBrokerWouldTake() {
        assertThrows(IllegalArgumentException.class, () -> appender.rows(CAUSE, List.of(event("a", 1_000_000))));
    }

    @Test
    void takesWhatJustFits() {
        assertEquals(1, appender.rows(CAUSE, List.of(event("a", 990_000))).size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a\0b", "a\nb"})
    void refusesIdsThatNoColumnOrHeaderWouldTake(String id) {
        assertThrows(IllegalArgumentException.class, () -> appender.rows(CAUSE, List.of(event(id, 10))));
        assertThrows(
                IllegalArgumentException.class,
                () -> appender.rows(new Cause(id, null, null), List.of(event("a", 10))));
    }

    @Test
    void countsTheWholeRecord() {
        OutboxRow row = appender.rows(CAUSE, List.of(event("a", 1_000))).getFirst();

        assertEquals(true, row.size() > 1_000 + 400);
    }

    /** Written down once: another bucket for the same id would make two relays its owners during a roll-out. */
    @Test
    void neverMovesAnAggregateToAnotherBucket() {
        assertEquals(38, OutboxRow.bucket("123456789")); // CRC-32 of the standard's check string is 0xCBF43926
        assertEquals(
                64,
                IntStream.range(0, 2_000)
                        .map(i -> OutboxRow.bucket("order-" + i))
                        .distinct()
                        .count());
    }

    private static OutgoingEvent event(String id, int size) {
        return new OutgoingEvent("thing.happened", "thing", id, 1, Instant.EPOCH, new byte[size]);
    }
}
