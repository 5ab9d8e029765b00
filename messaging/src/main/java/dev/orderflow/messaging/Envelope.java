package dev.orderflow.messaging;

import io.opentelemetry.api.trace.Span;
import java.time.Instant;
import java.util.UUID;

/**
 * An event that arrived: CloudEvents 1.0 attributes of the record's headers and its body, undecoded.
 *
 * @param eventId identity; a record that is delivered twice has the same one
 * @param eventType past tense, {@code order.placed}
 * @param eventVersion {@code major.minor} of the type's schema
 * @param timestamp when it happened, not when it was sent
 * @param source path of the publishing service, {@code /order}
 * @param aggregateId what it happened to; also the record's key
 * @param sequence 1..n without gaps among the events of the aggregate
 * @param cause what an effect of this event has to carry on: its correlation id, itself as the cause, its trace
 * @param data the body, JSON by contract but not checked here
 * @param span the span in which it is applied, open for attributes of the handler's own
 */
public record Envelope(
        UUID eventId,
        String eventType,
        String eventVersion,
        Instant timestamp,
        String source,
        String aggregateId,
        long sequence,
        Cause cause,
        byte[] data,
        Span span) {

    /** The schema's major version; a handler decides by it whether it understands the body. */
    public String majorVersion() {
        int dot = eventVersion.indexOf('.');
        return dot < 0 ? eventVersion : eventVersion.substring(0, dot);
    }
}
