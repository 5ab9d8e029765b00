package dev.orderflow.messaging;

import io.quarkus.vertx.core.runtime.context.VertxContextSafetyToggle;
import io.smallrye.common.vertx.VertxContext;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import java.util.UUID;
import org.jboss.logging.MDC;
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

    /**
     * Runs {@code logging} so that its lines name this story and its trace, and not those of whatever else shares the
     * transaction or the thread.
     */
    public void tell(Runnable logging) {
        Context context = Vertx.currentContext();
        if (context == null || VertxContext.isDuplicatedContext(context)) {
            tellHere(logging);
        } else {
            // What a thread's own context is told is forgotten at once: it would not be known whose it is.
            Context own = VertxContext.createNewDuplicatedContext(context);
            VertxContextSafetyToggle.setContextSafe(own, true);
            ((ContextInternal) own).dispatch(() -> tellHere(logging));
        }
    }

    /** The same for lines about one order. */
    public void tell(Object orderId, Runnable logging) {
        tell(() -> {
            Object before = exchange("orderId", orderId.toString());
            try {
                logging.run();
            } finally {
                exchange("orderId", before);
            }
        });
    }

    private void tellHere(Runnable logging) {
        Object story = exchange("correlationId", correlationId);
        Object trace = exchange("traceId", TraceContext.traceId(traceparent));
        try {
            logging.run();
        } finally {
            exchange("correlationId", story);
            exchange("traceId", trace);
        }
    }

    private static @Nullable Object exchange(String key, @Nullable Object value) {
        Object before = MDC.get(key);
        if (value == null) {
            MDC.remove(key);
        } else {
            MDC.put(key, value);
        }
        return before;
    }
}
