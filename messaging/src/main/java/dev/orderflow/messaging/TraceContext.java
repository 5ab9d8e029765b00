package dev.orderflow.messaging;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** W3C trace context as the string that rows and headers carry. */
final class TraceContext {

    private static final String HEADER = "traceparent";

    private TraceContext() {}

    static @Nullable String current() {
        return of(Context.current());
    }

    static @Nullable String of(Span span) {
        return of(Context.root().with(span));
    }

    private static @Nullable String of(Context context) {
        Map<String, String> headers = new HashMap<>();
        W3CTraceContextPropagator.getInstance().inject(context, headers, (into, name, value) -> {
            if (into != null) {
                into.put(name, value);
            }
        });
        return headers.get(HEADER);
    }

    /** The context that the string describes; none at all when it is absent or no trace context. */
    static Context parent(@Nullable String traceparent) {
        return W3CTraceContextPropagator.getInstance().extract(Context.root(), traceparent, Getter.ONE);
    }

    /** The id of the trace that the string names; absent when it names none. */
    static @Nullable String traceId(@Nullable String traceparent) {
        SpanContext span = Span.fromContext(parent(traceparent)).getSpanContext();
        return span.isValid() ? span.getTraceId() : null;
    }

    private enum Getter implements TextMapGetter<@Nullable String> {
        ONE;

        @Override
        public Iterable<String> keys(@Nullable String carrier) {
            return List.of(HEADER);
        }

        @Override
        public @Nullable String get(@Nullable String carrier, String key) {
            return key.equals(HEADER) ? carrier : null;
        }
    }
}
