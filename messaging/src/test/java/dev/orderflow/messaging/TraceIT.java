package dev.orderflow.messaging;

import static dev.orderflow.dev.TestPatience.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orderflow.dev.TestServers;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** One trace goes on through the outbox, Kafka and the inbox; nothing else makes one. */
@QuarkusTest
@WithTestResource(value = TestServers.class, initArgs = @ResourceArg(name = "topics", value = Things.TOPICS))
class TraceIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String CLIENT_SPAN = "00f067aa0ba902b7";

    @Inject
    Things things;

    @Inject
    Spans spans;

    @Inject
    Pool pool;

    private final Wire wire = new Wire(TestServers.kafka());
    private final String id = UUID.randomUUID().toString();
    private final String trace = UUID.randomUUID().toString().replace("-", "");

    @Test
    void goesFromTheRowOverTheRecordToItsEffects() {
        Cause cause = new Cause("story", null, "00-" + trace + "-" + CLIENT_SPAN + "-01");

        things.happen(id, "traced", cause).await().indefinitely();

        await().atMost(PATIENCE)
                .until(() -> named("process").size() == 1 && named("publish").size() == 1);
        SpanData publish = named("publish").getFirst();
        SpanData process = named("process").getFirst();
        assertEquals(CLIENT_SPAN, publish.getParentSpanId());
        assertEquals(SpanKind.PRODUCER, publish.getKind());
        assertEquals("publish " + Things.TOPIC, publish.getName());
        assertEquals("send", attribute(publish, "messaging.operation.type"));
        assertEquals(publish.getSpanId(), process.getParentSpanId());
        assertEquals(SpanKind.CONSUMER, process.getKind());
        assertEquals("kafka", attribute(process, "messaging.system"));
        assertEquals(Things.TOPIC, attribute(process, "messaging.destination.name"));
        assertEquals("process", attribute(process, "messaging.operation.type"));
        for (SpanData span : List.of(publish, process)) {
            assertEquals("thing.happened", attribute(span, "cloudevents.event_type"));
            assertEquals(id, attribute(span, "cloudevents.event_subject"));
            assertEquals(id, attribute(span, "orderflow.order.id"));
        }
        assertEquals(attribute(publish, "cloudevents.event_id"), attribute(process, "cloudevents.event_id"));
        ConsumerRecord<byte[], byte[]> record = wire.read(Things.TOPIC, id).getFirst();
        assertEquals("00-" + trace + "-" + publish.getSpanId() + "-01", Wire.header(record, "traceparent"));
        assertEquals(
                "00-" + trace + "-" + process.getSpanId() + "-01",
                things.handled(id).getFirst().cause().traceparent());
        assertTrue(spans.ofTrace(trace).stream()
                .anyMatch(span -> span.getKind() == SpanKind.CLIENT
                        && attribute(span, "db.system").equals("postgresql")
                        && span.getParentSpanId().equals(process.getSpanId())));
    }

    @Test
    void recordsOfABatchKeepTheirOwn() {
        String other = UUID.randomUUID().toString().replace("-", "");

        things.receive(batch(List.of(received(trace, 1), received(other, 2))))
                .await()
                .atMost(PATIENCE);

        List<Envelope> handled = things.handled(id);
        assertTrue(String.valueOf(handled.getFirst().cause().traceparent()).contains(trace));
        assertTrue(String.valueOf(handled.getLast().cause().traceparent()).contains(other));
        SpanData batch = spans.all().stream()
                .filter(span -> span.getLinks().stream()
                        .anyMatch(link -> link.getSpanContext().getTraceId().equals(trace)))
                .findFirst()
                .orElseThrow();
        assertEquals(2, batch.getTotalRecordedLinks());
        assertFalse(batch.getParentSpanContext().isValid());
        assertFalse(batch.getTraceId().equals(trace) || batch.getTraceId().equals(other));
        assertEquals(1, spans.ofTrace(trace).size());
    }

    @Test
    void aFailureIsSeenInIt() {
        things.meets(event -> {
            if (event.aggregateId().equals(id)) {
                throw new IllegalArgumentException("poison");
            }
        });
        things.receive(batch(List.of(received(trace, 1)))).await().atMost(PATIENCE);
        things.meets(event -> {});

        assertEquals(StatusCode.ERROR, named("process").getFirst().getStatus().getStatusCode());
    }

    @Test
    void statementsOfNobodyMakeNone() {
        pool.query("select 4711").execute().await().indefinitely();
        things.happen(id, "later").await().indefinitely();
        await().atMost(PATIENCE).until(() -> things.handled(id).size() == 1);

        List<SpanData> beginnings = spans.all().stream()
                .filter(span -> !span.getParentSpanContext().isValid())
                .toList();
        assertTrue(
                beginnings.stream()
                        .allMatch(span -> span.getKind() == SpanKind.PRODUCER
                                || span.getKind() == SpanKind.CONSUMER
                                || span.getKind() == SpanKind.SERVER),
                beginnings::toString);
    }

    private List<SpanData> named(String operation) {
        return spans.ofTrace(trace).stream()
                .filter(span -> span.getName().startsWith(operation))
                .toList();
    }

    private static String attribute(SpanData span, String name) {
        return String.valueOf(span.getAttributes().get(AttributeKey.stringKey(name)));
    }

    private ConsumerRecord<byte[], byte[]> received(String traceId, long offset) {
        ConsumerRecord<byte[], byte[]> record =
                new ConsumerRecord<>(Things.TOPIC, 0, offset, Wire.bytes(id), Wire.bytes("{}"));
        Map.of(
                        "ce_id",
                        UUID.randomUUID().toString(),
                        "ce_type",
                        "thing.happened",
                        "traceparent",
                        "00-" + traceId + "-" + CLIENT_SPAN + "-01")
                .forEach((name, value) -> record.headers().add(name, Wire.bytes(value)));
        return record;
    }

    private static ConsumerRecords<byte[], byte[]> batch(List<ConsumerRecord<byte[], byte[]>> records) {
        Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> partitions = new HashMap<>();
        partitions.put(new TopicPartition(Things.TOPIC, 0), records);
        return new ConsumerRecords<>(partitions, Map.of());
    }
}
