package dev.orderflow.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
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
        refused(CAUSE, event(id, 10));
        refused(new Cause(id, null, null), event("a", 10));
    }

    /** What a consumer's inbox would park, and with it all that comes later of its key. */
    @Test
    void refusesWhatNoConsumerCouldRead() {
        refused(CAUSE, event("base64:YQ==", 10));
        refused(CAUSE, event("a".repeat(513), 10));
        refused(CAUSE, event("ä".repeat(257), 10));
        refused(CAUSE, event("thing happened", Instant.EPOCH));
        refused(CAUSE, event("t".repeat(201), Instant.EPOCH));
        refused(CAUSE, event("thing.happened", Instant.EPOCH.minusMillis(1)));
        refused(CAUSE, event("thing.happened", Instant.now().plus(Duration.ofHours(25))));
    }

    @Test
    void takesWhatConsumersCanJustRead() {
        List<OutgoingEvent> events = List.of(
                event("a".repeat(512), 10),
                event("t".repeat(200), Instant.EPOCH),
                event("thing.happened", Instant.now().plus(Duration.ofHours(23))));

        assertEquals(3, appender.rows(CAUSE, events).size());
    }

    private void refused(Cause cause, OutgoingEvent event) {
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> appender.rows(cause, List.of(event)));
        assertTrue(String.valueOf(refusal.getMessage()).startsWith("cannot publish " + event.eventType() + ": "));
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

    private static OutgoingEvent event(String type, Instant occurredAt) {
        return new OutgoingEvent(type, "thing", "a", 1, occurredAt, new byte[1]);
    }

    private static OutgoingEvent event(String id, int size) {
        return new OutgoingEvent("thing.happened", "thing", id, 1, Instant.EPOCH, new byte[size]);
    }
}
