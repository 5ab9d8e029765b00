package dev.orderflow.messaging;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import jakarta.inject.Singleton;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The spans of messages, by OpenTelemetry's semantic conventions for messaging: one {@code publish} for each record that
 * is sent, one {@code process} for each that is applied. Each continues the trace that its row or record carries; what
 * else went on in the same round or batch is no relative of it.
 */
@Singleton
class MessageSpans {

    private final Tracer tracer;
    private final Map<String, String> keyAttributes;

    MessageSpans(OpenTelemetry telemetry, MessagingConfig config) {
        tracer = telemetry.getTracer("dev.orderflow.messaging");
        keyAttributes = Map.copyOf(config.keyAttributes());
    }

    Span publish(OutboxRow row) {
        return span("publish", "send", row.topic())
                .setSpanKind(SpanKind.PRODUCER)
                .setParent(TraceContext.parent(row.cause().traceparent()))
                .setAttribute("messaging.message.id", row.eventId().toString())
                .setAttribute("messaging.kafka.message.key", row.aggregateId())
                .setAttribute("cloudevents.event_id", row.eventId().toString())
                .setAttribute("cloudevents.event_type", row.type())
                .setAttribute("cloudevents.event_source", row.source())
                .setAttribute("cloudevents.event_subject", row.aggregateId())
                .setAttribute(keyAttribute(row.type()), row.aggregateId())
                .setAttribute("messaging.message.body.size", row.payload() == null ? 0 : row.payload().length)
                .startSpan();
    }

    Span process(InboxRecord record, String consumer) {
        String type = record.type();
        String key = record.keyText();
        SpanBuilder process = span("process", "process", record.topic())
                .setSpanKind(SpanKind.CONSUMER)
                .setParent(TraceContext.parent(record.traceparent()))
                .setAttribute("messaging.message.id", record.identity())
                .setAttribute("messaging.kafka.message.key", key)
                .setAttribute("messaging.destination.partition.id", Integer.toString(record.partition()))
                .setAttribute("messaging.kafka.offset", record.offset())
                .setAttribute("messaging.consumer.group.name", consumer);
        if (type != null) {
            process.setAttribute("cloudevents.event_id", record.identity())
                    .setAttribute("cloudevents.event_type", type)
                    .setAttribute("cloudevents.event_subject", key)
                    .setAttribute(keyAttribute(type), key);
        }
        return process.startSpan();
    }

    private String keyAttribute(String type) {
        return keyAttributes.getOrDefault(type, "orderflow.order.id");
    }

    /** For a transaction that applies several records: linked to the span of each, parent of none. */
    Span batch(String topic, Iterable<Span> records, int count) {
        SpanBuilder batch = span("process", "process", topic)
                .setSpanKind(SpanKind.CONSUMER)
                .setNoParent()
                .setAttribute("messaging.batch.message_count", count);
        records.forEach(span -> batch.addLink(span.getSpanContext()));
        return batch.startSpan();
    }

    private SpanBuilder span(String operation, String type, String topic) {
        return tracer.spanBuilder(operation + " " + topic)
                .setAttribute("messaging.system", "kafka")
                .setAttribute("messaging.operation.name", operation)
                .setAttribute("messaging.operation.type", type)
                .setAttribute("messaging.destination.name", topic);
    }

    void end(Span span, @Nullable Throwable failure) {
        if (failure != null) {
            span.setStatus(StatusCode.ERROR)
                    .setAttribute("error.type", failure.getClass().getName());
        }
        span.end();
    }
}
