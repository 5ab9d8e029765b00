package dev.orderflow.messaging;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/**
 * A row of the outbox: everything that a record is made of.
 *
 * @param id its place in the order; 0 before the database has given one
 * @param headers all headers of the record where they are not made of the other columns; only dead letters have them
 */
record OutboxRow(
        long id,
        String topic,
        String aggregateType,
        String aggregateId,
        long sequence,
        String type,
        byte @Nullable [] payload,
        UUID eventId,
        String eventVersion,
        String source,
        Instant occurredAt,
        Cause cause,
        @Nullable List<Header> headers) {

    /** What one relay owns at a time. */
    static final int BUCKETS = 64;

    /** Records of one aggregate are sent one after another; no two aggregate types share an order. */
    record Aggregate(String type, String id) {}

    Aggregate aggregate() {
        return new Aggregate(aggregateType, aggregateId);
    }

    /** Stable for ever, in every replica and version: two owners of one aggregate would be two relays for it. */
    static short bucket(String aggregateId) {
        CRC32 hash = new CRC32();
        hash.update(aggregateId.getBytes(StandardCharsets.UTF_8));
        return (short) (hash.getValue() % BUCKETS);
    }

    byte[] key() {
        return aggregateId.getBytes(StandardCharsets.UTF_8);
    }

    /** The record's headers but {@code traceparent}, which the span of the sending writes. */
    List<Header> recordHeaders() {
        return headers != null ? headers : cloudEvent();
    }

    private List<Header> cloudEvent() {
        List<Header> event = new ArrayList<>(12);
        event.add(header("ce_specversion", "1.0"));
        event.add(header("ce_id", eventId.toString()));
        event.add(header("ce_type", type));
        event.add(header("ce_source", source));
        event.add(header("ce_subject", aggregateId));
        event.add(header("ce_time", occurredAt.toString()));
        event.add(header("ce_eventversion", eventVersion));
        event.add(header("ce_dataschema", "schemas/" + type + ".json"));
        event.add(header("ce_correlationid", cause.correlationId()));
        if (cause.causationId() != null) {
            event.add(header("ce_causationid", cause.causationId().toString()));
        }
        event.add(header("ce_sequence", Long.toString(sequence)));
        event.add(header("content-type", "application/json"));
        return event;
    }

    static Header header(String name, String value) {
        return new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8));
    }

    /** Upper bound of the record's size on the wire. */
    int size() {
        int size = 256 + key().length + (payload == null ? 0 : payload.length); // batch and record framing, traceparent
        for (Header header : recordHeaders()) {
            size += 10 + 3 * header.key().length() + (header.value() == null ? 0 : header.value().length);
        }
        return size;
    }
}
