package dev.orderflow.messaging;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class InboxRecordTest {

    private static final SpanContext APPLYING = SpanContext.create(
            "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", TraceFlags.getSampled(), TraceState.getDefault());

    private static final String ID = "0198c7b2-70aa-7d02-a3a1-4f0d6f3b9c11"; // of 20 August 2025

    private static final String LONG = // one too many
            "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
                    + "01234567890123456789012345678";

    private final RecordHeaders headers = new RecordHeaders();

    @Test
    void readsTheEnvelopeFromTheHeaders() {
        with("ce_id", ID).with("ce_type", "thing.happened").with("ce_source", "/elsewhere");
        with("ce_time", "2026-03-01T09:30:00.123Z")
                .with("ce_eventversion", "1.3")
                .with("ce_sequence", "7");
        with("ce_correlationid", "story");

        Envelope event = record("key", "{}").envelope(Span.wrap(APPLYING));

        assertEquals(UUID.fromString(ID), event.eventId());
        assertEquals("thing.happened", event.eventType());
        assertEquals("1", event.majorVersion());
        assertEquals(Instant.parse("2026-03-01T09:30:00.123Z"), event.timestamp());
        assertEquals("/elsewhere", event.source());
        assertEquals("key", event.aggregateId());
        assertEquals(7, event.sequence());
        assertEquals(
                new Cause(
                        "story",
                        UUID.fromString(ID),
                        "00-" + APPLYING.getTraceId() + "-" + APPLYING.getSpanId() + "-01"),
                event.cause());
        assertArrayEquals("{}".getBytes(StandardCharsets.UTF_8), event.data());
    }

    @Test
    void isIdentifiedByItsEventId() {
        with("ce_id", ID.toUpperCase(java.util.Locale.ROOT));

        assertEquals(ID, record("key", "{}").identity());
        assertEquals(LocalDate.of(2025, 8, 20), record("key", "{}").day());
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "17", "not-a-uuid", "1-1-1-1-1", "0198c7b2-70aa-7d02-a3a1-4f0d6f3b9c1\0"})
    void isIdentifiedByItsPlaceWithoutOne(@Nullable String id) {
        if (id != null) {
            with("ce_id", id);
        }
        with("ce_type", "thing.happened");

        assertEquals("topic/3/42", record("key", "{}").identity());
        assertEquals(LocalDate.EPOCH, record("key", "{}").day());
        assertThrows(InboxRecord.Unreadable.class, () -> record("key", "{}").envelope(Span.getInvalid()));
    }

    @Test
    void hasNoOrderWithOthersWithoutAKey() {
        with("ce_id", ID).with("ce_type", "thing.happened");

        assertEquals("topic/3/42", record(null, "{}").keyText());
        assertThrows(InboxRecord.Unreadable.class, () -> record(null, "{}").envelope(Span.getInvalid()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a\0b", "a\nb"})
    void keysThatNoColumnWouldTakeAreWrittenAsBase64(String key) {
        String text = record(key, "{}").keyText();

        assertEquals("base64:", text.substring(0, 7));
        assertArrayEquals(key.getBytes(StandardCharsets.UTF_8), InboxRecord.KeyText.parse(text));
    }

    @Test
    void bytesThatAreNoTextAreNoKey() {
        assertFalse(InboxRecord.KeyText.isText(new byte[] {(byte) 0xff, (byte) 0xfe}));
    }

    @Test
    void aTypeWithControlCharactersIsNone() {
        with("ce_type", "thing\0happened");

        assertNull(record("key", "{}").type());
    }

    @ParameterizedTest
    @ValueSource(strings = {"ce_time", "ce_sequence"})
    void nonsenseInANumberOrATimeIsUnreadable(String header) {
        with("ce_id", ID).with("ce_type", "thing.happened").with(header, "yesterday");

        assertThrows(InboxRecord.Unreadable.class, () -> record("key", "{}").envelope(Span.getInvalid()));
    }

    /** A date of the year 9999 would be the latest of everything for ever. */
    @ParameterizedTest
    @ValueSource(strings = {"9999-01-01T00:00:00Z", "+1000000000-12-31T00:00:00Z", "1969-12-31T23:59:59Z"})
    void anotherAgeIsUnreadable(String time) {
        with("ce_id", ID).with("ce_type", "thing.happened").with("ce_time", time);

        assertThrows(InboxRecord.Unreadable.class, () -> record("key", "{}").envelope(Span.getInvalid()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "two words", "a\0b", "a\nb", "\u00fc", LONG})
    void aCorrelationIdThatCannotBeToldOnIsReplaced(String correlationId) {
        with("ce_id", ID).with("ce_type", "thing.happened").with("ce_correlationid", correlationId);

        assertEquals(ID, record("key", "{}").envelope(Span.getInvalid()).cause().correlationId());
    }

    @Test
    void aDeletionMarkerIsUnreadable() {
        with("ce_id", ID).with("ce_type", "thing.happened");

        assertThrows(InboxRecord.Unreadable.class, () -> record("key", null).envelope(Span.getInvalid()));
    }

    private InboxRecordTest with(String header, String value) {
        headers.add(header, value.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    private InboxRecord record(@Nullable String key, @Nullable String value) {
        return new InboxRecord(
                "topic",
                3,
                42,
                Instant.EPOCH,
                key == null ? null : key.getBytes(StandardCharsets.UTF_8),
                value == null ? null : value.getBytes(StandardCharsets.UTF_8),
                headers);
    }
}
