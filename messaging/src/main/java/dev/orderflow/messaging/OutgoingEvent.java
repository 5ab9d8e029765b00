package dev.orderflow.messaging;

import java.time.Instant;

/**
 * An event to publish. Its event id is minted when it is appended, its topic is the service's own. What consumers could
 * never read is refused at the append, with an {@link IllegalArgumentException}.
 *
 * @param eventType past tense, {@code order.placed}; up to 200 letters, digits, {@code .}, {@code _} and {@code -}
 * @param eventVersion {@code major.minor} of the type's schema
 * @param aggregateType the kind of thing that it happened to, {@code order}
 * @param aggregateId which one; becomes the record's key; up to 512 bytes
 * @param sequence number among this aggregate's events, 1..n without gaps, counted in the aggregate's row
 * @param occurredAt when it happened; not before 1970, nor more than a day from now
 * @param data the body, UTF-8 JSON
 */
public record OutgoingEvent(
        String eventType,
        String eventVersion,
        String aggregateType,
        String aggregateId,
        long sequence,
        Instant occurredAt,
        byte[] data) {

    /** An event in the first version of its schema. */
    public OutgoingEvent(
            String eventType,
            String aggregateType,
            String aggregateId,
            long sequence,
            Instant occurredAt,
            byte[] data) {
        this(eventType, "1.0", aggregateType, aggregateId, sequence, occurredAt, data);
    }
}
