package dev.orderflow.messaging;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Why something happens: the story that it belongs to, the event that led to it and the trace that it continues. It may
 * be stored with an aggregate, so that what a timer does to it later stays in the same story and trace.
 *
 * @param correlationId constant from the client's request to the last effect
 * @param causationId the event that led here; absent for a client's request
 * @param traceparent W3C trace context to continue; absent when nothing is traced
 */
public record Cause(
        String correlationId,
        @Nullable UUID causationId,
        @Nullable String traceparent) {

    /** The start of a story: a client's request, continuing the trace that is current on this thread. */
    public static Cause ofRequest(String correlationId) {
        return new Cause(correlationId, null, TraceContext.current());
    }
}
