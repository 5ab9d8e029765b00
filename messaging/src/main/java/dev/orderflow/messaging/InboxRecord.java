package dev.orderflow.messaging;

import io.opentelemetry.api.trace.Span;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * A record as it came, and what can be said of any record however broken: which one it is and which ones it has to stay
 * in order with. Looking into it is {@link #envelope}, and may fail.
 */
record InboxRecord(
        String topic,
        int partition,
        long offset,
        Instant timestamp,
        byte @Nullable [] recordKey,
        byte @Nullable [] value,
        RecordHeaders headers) {

    private static final Pattern TYPE = Pattern.compile("[A-Za-z0-9_.-]{1,200}");
    private static final int LONGEST_KEY = 512; // an index of PostgreSQL takes no entry above some 2,700 bytes
    private static final Duration FASTEST_CLOCK = Duration.ofDays(1); // of a publisher, beside ours
    private static final LocalDate NO_DAY = LocalDate.EPOCH; // lands in the default partition

    /** Why no envelope can be made of a record. */
    static final class Unreadable extends RuntimeException {
        private static final long serialVersionUID = 1;

        Unreadable(String reason) {
            super(reason, null, false, false); // a value with a reason: its stack tells nothing
        }
    }

    static InboxRecord of(ConsumerRecord<byte[], byte[]> record) {
        return new InboxRecord(
                record.topic(),
                record.partition(),
                record.offset(),
                Instant.ofEpochMilli(record.timestamp()),
                record.key(),
                record.value(),
                new RecordHeaders(record.headers()));
    }

    /** Where it was read; identifies it when nothing else does. */
    String origin() {
        return topic + "/" + partition + "/" + offset;
    }

    /** The same for every delivery of one event: its event id, or where it lies when it has none that can be one. */
    String identity() {
        UUID id = eventId();
        return id == null ? origin() : id.toString();
    }

    /** The day inside a UUIDv7; it only has to be the same for every delivery, so nonsense is as good as sense. */
    LocalDate day() {
        UUID id = eventId();
        if (id == null || id.version() != 7) {
            return NO_DAY;
        }
        return LocalDate.ofInstant(Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16), ZoneOffset.UTC);
    }

    /** What its order is kept by; a record without a key has no order with any other. Short enough for any index. */
    byte[] key() {
        if (recordKey == null) {
            return origin().getBytes(StandardCharsets.UTF_8);
        }
        return recordKey.length <= LONGEST_KEY ? recordKey : digest(recordKey);
    }

    private static byte[] digest(byte[] key) {
        try {
            byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(key);
            return ("sha256:" + HexFormat.of().formatHex(sha256)).getBytes(StandardCharsets.UTF_8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    String keyText() {
        return KeyText.of(key());
    }

    /** The type as it stands there, or null when there is nothing that could be one. */
    @Nullable
    String type() {
        String type = text("ce_type");
        return type != null && isType(type) ? type : null;
    }

    static boolean isType(String text) {
        return TYPE.matcher(text).matches();
    }

    @Nullable
    String traceparent() {
        return text("traceparent");
    }

    /** The story it belongs to. One that names none that could be told on, in headers and logs, begins one of its own. */
    String correlationId() {
        String id = text("ce_correlationid");
        return id != null && Correlation.isId(id) ? id : identity();
    }

    /** Whose log lines those about it are. */
    Cause story() {
        return new Cause(correlationId(), null, traceparent());
    }

    private @Nullable UUID eventId() {
        String id = text("ce_id");
        try {
            // fromString accepts shorter groups, too: only what prints the same again is one.
            UUID uuid = id == null ? null : UUID.fromString(id);
            return uuid != null && uuid.toString().equalsIgnoreCase(id) ? uuid : null;
        } catch (IllegalArgumentException nonsense) {
            return null;
        }
    }

    /**
     * The event, to be applied in the given span: its effects continue that.
     *
     * @throws Unreadable when the record has no key that is text, no event id or no value
     */
    Envelope envelope(Span span) {
        UUID id = eventId();
        String type = type();
        if (id == null) {
            throw new Unreadable("no ce_id that is a UUID");
        }
        if (type == null) {
            throw new Unreadable("no ce_type");
        }
        if (recordKey == null || !KeyText.isText(recordKey)) {
            throw new Unreadable("no key that is text");
        }
        if (recordKey.length > LONGEST_KEY) {
            throw new Unreadable("key longer than " + LONGEST_KEY + " bytes");
        }
        if (value == null) {
            throw new Unreadable("no value");
        }
        return new Envelope(
                id,
                type,
                text("ce_eventversion", "1.0"),
                time(),
                text("ce_source", ""),
                keyText(),
                sequence(),
                new Cause(correlationId(), id, TraceContext.of(span)),
                value,
                span);
    }

    static boolean isReadableKey(byte[] key) {
        return key.length <= LONGEST_KEY && KeyText.isText(key);
    }

    private Instant time() {
        String given = text("ce_time");
        if (given == null) {
            return timestamp;
        }
        try {
            Instant time = Instant.parse(given);
            if (!isOfThisAge(time)) {
                throw new Unreadable("ce_time is in another age");
            }
            return time;
        } catch (DateTimeParseException e) {
            throw new Unreadable("ce_time is no time");
        }
    }

    static boolean isOfThisAge(Instant time) {
        return !time.isBefore(Instant.EPOCH) && !time.isAfter(Instant.now().plus(FASTEST_CLOCK));
    }

    private long sequence() {
        try {
            return Long.parseLong(text("ce_sequence", "0"));
        } catch (NumberFormatException e) {
            throw new Unreadable("ce_sequence is no number");
        }
    }

    private String text(String header, String otherwise) {
        String text = text(header);
        return text == null ? otherwise : text;
    }

    /** A header as text; null when it is absent or holds what no text column would take. */
    private @Nullable String text(String name) {
        Header header = headers.lastHeader(name);
        byte[] bytes = header == null ? null : header.value();
        return bytes != null && KeyText.isText(bytes) ? new String(bytes, StandardCharsets.UTF_8) : null;
    }

    /** Keys as people write them: text where the bytes are text, otherwise {@code base64:} and the bytes, as in a URL. */
    static final class KeyText {

        private static final String ENCODED = "base64:";

        private KeyText() {}

        static String of(byte[] key) {
            return isText(key)
                    ? new String(key, StandardCharsets.UTF_8)
                    : ENCODED + Base64.getUrlEncoder().encodeToString(key);
        }

        static byte[] parse(String text) {
            return text.startsWith(ENCODED)
                    ? Base64.getUrlDecoder().decode(text.substring(ENCODED.length()))
                    : text.getBytes(StandardCharsets.UTF_8);
        }

        static boolean isText(byte[] bytes) {
            try {
                String text = StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes))
                        .toString();
                return !text.isBlank()
                        && !text.startsWith(ENCODED)
                        && text.chars().noneMatch(Character::isISOControl);
            } catch (CharacterCodingException e) {
                return false;
            }
        }
    }

    List<Header> allHeaders() {
        return List.of(headers.toArray());
    }
}
