package dev.orderflow.messaging;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/** The spans of one attempt to apply a batch: one per record, and one that stands for all when they are several. */
final class ProcessSpans {

    private final MessageSpans spans;
    private final String consumer;
    private final List<Span> open = new ArrayList<>();
    private Scope current = Scope.noop();

    ProcessSpans(MessageSpans spans, String consumer) {
        this.spans = spans;
        this.consumer = consumer;
    }

    /** Starts them; from here on the last one is current in this attempt's Vert.x context, for all its statements. */
    @SuppressWarnings("MustBeClosedChecker") // closed by end, on whatever thread the attempt ends
    List<Envelope> start(List<InboxRecord> records) {
        List<Envelope> events = records.stream().map(this::start).toList();
        if (events.size() > 1) {
            open.add(spans.batch(records.getFirst().topic(), List.copyOf(open), events.size()));
        } else {
            MDC.put("correlationId", events.getFirst().cause().correlationId());
        }
        current = Context.root().with(open.getLast()).makeCurrent();
        return events;
    }

    private Envelope start(InboxRecord record) {
        Span span = spans.process(record, consumer);
        open.add(span);
        return record.envelope(span);
    }

    void end(@Nullable Throwable failure) {
        open.forEach(span -> spans.end(span, failure));
        current.close();
    }
}
