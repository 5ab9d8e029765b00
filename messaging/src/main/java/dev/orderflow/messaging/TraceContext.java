package dev.orderflow.messaging;

import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** W3C trace context as the string that rows and headers carry. */
final class TraceContext {

    private TraceContext() {}

    static @Nullable String current() {
        Map<String, String> headers = new HashMap<>();
        W3CTraceContextPropagator.getInstance().inject(Context.current(), headers, (into, name, value) -> {
            if (into != null) {
                into.put(name, value);
            }
        });
        return headers.get("traceparent");
    }
}
