package dev.orderflow.notification;

import dev.orderflow.messaging.Cause;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.quarkus.vertx.core.runtime.context.VertxContextSafetyToggle;
import io.smallrye.common.vertx.VertxContext;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.function.Function;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/** Lets what a timer does continue the trace and the correlation of the row that it is about. */
@ApplicationScoped
class Stories {

    private final Vertx vertx;
    private final Tracer tracer;

    Stories(Vertx vertx, OpenTelemetry telemetry) {
        this.vertx = vertx;
        this.tracer = telemetry.getTracer("dev.orderflow.notification");
    }

    /**
     * Runs {@code work} in a span below {@code cause}, on a Vert.x context of its own, so that the span and the
     * correlation id are those of this work alone.
     *
     * @param work is given the cause of what follows from it: the same story, below the new span
     */
    <T> Uni<T> within(Cause cause, String what, Function<Cause, Uni<T>> work) {
        return Uni.createFrom().deferred(() -> start(cause, what, work)).runSubscriptionOn(this::onContextOfItsOwn);
    }

    @SuppressWarnings("MustBeClosedChecker") // closed when the work ends, on whatever thread that is
    private <T> Uni<T> start(Cause cause, String what, Function<Cause, Uni<T>> work) {
        Span span = tracer.spanBuilder(what)
                .setSpanKind(SpanKind.CLIENT)
                .setParent(parent(cause.traceparent()))
                .startSpan();
        Scope scope = span.makeCurrent();
        MDC.put("correlationId", cause.correlationId());
        Cause next = new Cause(
                cause.correlationId(),
                cause.causationId(),
                Cause.ofRequest(cause.correlationId()).traceparent());
        return work.apply(next).onTermination().invoke(() -> {
            scope.close();
            span.end();
        });
    }

    /** Runs {@code command} where no trace of the caller is current. */
    void onContextOfItsOwn(Runnable command) {
        io.vertx.core.Context context = VertxContext.createNewDuplicatedContext(vertx.getOrCreateContext());
        VertxContextSafetyToggle.setContextSafe(context, true);
        context.runOnContext(nothing -> command.run());
    }

    private static Context parent(@Nullable String traceparent) {
        return W3CTraceContextPropagator.getInstance().extract(Context.root(), traceparent, Getter.ONE);
    }

    private enum Getter implements TextMapGetter<@Nullable String> {
        ONE;

        @Override
        public Iterable<String> keys(@Nullable String carrier) {
            return List.of("traceparent");
        }

        @Override
        public @Nullable String get(@Nullable String carrier, String key) {
            return key.equals("traceparent") ? carrier : null;
        }
    }
}
