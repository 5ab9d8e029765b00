package dev.orderflow.messaging;

import io.opentelemetry.api.trace.Span;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Hands rows to Kafka. The producer blocks for a topic that it knows nothing of; that waiting is done aside, so that a
 * topic that is missing delays no other.
 */
final class Publisher implements AutoCloseable {

    /** Is told what became of a row, on a thread of the producer. */
    interface Outcome {
        void of(OutboxRow row, @Nullable Exception failure);
    }

    private static final Logger LOG = Logger.getLogger(Publisher.class);

    private final Producer<byte[], byte[]> producer;
    private final MessageSpans spans;
    private final Runnable topicFound;
    private final @Nullable Thread network; // the producer's own; null when it cannot be found
    private final Set<String> known = ConcurrentHashMap.newKeySet();
    private final Set<String> away = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    Publisher(Producer<byte[], byte[]> producer, MessageSpans spans, Runnable topicFound) {
        this.producer = producer;
        network = network(producer);
        this.spans = spans;
        this.topicFound = topicFound;
    }

    /** By the name that Kafka gives it; the producer's is its own. */
    private static @Nullable Thread network(Producer<byte[], byte[]> producer) {
        Set<String> names = producer.metrics().keySet().stream()
                .map(metric ->
                        "kafka-producer-network-thread | " + metric.tags().get("client-id"))
                .collect(Collectors.toSet());
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> names.contains(thread.getName()))
                .findFirst()
                .orElse(null);
    }

    /** Whether an error has ended its thread: it answers nothing any more, fails nothing, and tells nobody. */
    boolean isDead() {
        return network != null && !network.isAlive();
    }

    /** Whether records of this topic can be handed over at once; if not, {@code topicFound} runs when they can. */
    boolean reaches(String topic) {
        if (known.contains(topic)) {
            return true;
        }
        if (away.add(topic)) {
            Thread.ofVirtual().name("outbox-topic-" + topic).start(() -> look(topic));
        }
        return false;
    }

    /** Topics that were asked for and not yet found. */
    Set<String> away() {
        return Set.copyOf(away);
    }

    /** True while no broker is there to answer for any topic: then there is no point in reading rows. */
    boolean isCutOff() {
        return known.isEmpty() && !away.isEmpty() && !isConnected();
    }

    private boolean isConnected() {
        return producer.metrics().entrySet().stream()
                .filter(metric -> metric.getKey().name().equals("connection-count"))
                .anyMatch(metric -> metric.getValue().metricValue() instanceof Double count && count > 0);
    }

    private void look(String topic) {
        for (int attempt = 1; !closed; attempt++) {
            if (isFound(topic)) {
                known.add(topic);
                away.remove(topic);
                topicFound.run();
                return;
            }
            if (attempt == 1) {
                LOG.warnf(
                        "topic %s: Kafka does not answer, or does not have it, or does not show it to this service:"
                                + " its records wait in the outbox",
                        topic);
            }
            pause();
        }
    }

    private boolean isFound(String topic) {
        try {
            return !producer.partitionsFor(topic).isEmpty(); // waits for max.block.ms
        } catch (TopicAuthorizationException e) {
            return false; // each sending would wait for this answer anew
        } catch (Exception | Error e) { // whatever it was, somebody has to go on looking
            return isAboutTheRecord(e); // then the sending says it, of each record
        }
    }

    /**
     * Most of the waiting is the producer's, which is told as soon as a broker answers; but one that was closed or
     * interrupted fails at once, and the loop must not spin then. A virtual thread waits here, no event loop.
     */
    private static void pause() {
        try {
            Thread.sleep(Duration.ofMillis(500));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether it only says that a topic could not be found in time; delivery itself has no limit. */
    static boolean isTopicAway(Exception failure) {
        return failure instanceof TimeoutException;
    }

    /** Whether the producer is as good as before: it, or the broker, refused just this record. */
    static boolean isAboutTheRecord(Throwable failure) {
        return failure instanceof RecordTooLargeException
                || failure instanceof RecordBatchTooLargeException
                || failure instanceof InvalidRecordException
                || failure instanceof SerializationException
                || failure instanceof TopicAuthorizationException
                || failure instanceof InvalidTopicException;
    }

    /** Sends one row inside a span of its own, a child of the row's trace; the record carries on from that span. */
    void publish(OutboxRow row, Outcome outcome) {
        Span span = spans.publish(row);
        List<Header> headers = row.recordHeaders();
        RecordHeaders all = new RecordHeaders(headers);
        String traceparent = TraceContext.of(span);
        if (traceparent != null) {
            all.remove("traceparent").add(OutboxRow.header("traceparent", traceparent));
        }
        Thread caller = Thread.currentThread();
        try {
            var unused = producer.send( // the callback says it all
                    new ProducerRecord<>(row.topic(), null, null, row.key(), row.payload(), all),
                    (metadata, failure) -> {
                        boolean atOnce = Thread.currentThread() == caller; // without having been sent
                        if (failure != null
                                && (isTopicAway(failure)
                                        || (atOnce && failure instanceof TopicAuthorizationException))) {
                            known.remove(row.topic());
                        }
                        spans.end(span, failure);
                        outcome.of(row, failure);
                    });
        } catch (RuntimeException refused) {
            spans.end(span, refused);
            outcome.of(row, refused);
        }
    }

    /** Gives up what is still on its way: its rows are there and will be sent again. */
    @Override
    public void close() {
        closed = true;
        producer.close(Duration.ZERO);
    }
}
