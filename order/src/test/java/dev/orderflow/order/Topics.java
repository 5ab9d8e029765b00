package dev.orderflow.order;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.orderflow.dev.TestServers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** What other services would write, and what they would read. */
final class Topics implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final KafkaProducer<String, String> producer =
            new KafkaProducer<>(Map.of("bootstrap.servers", servers()), new StringSerializer(), new StringSerializer());

    /** An event of ours as it was read. */
    record Event(String type, long sequence, ConsumerRecord<String, String> record) {
        JsonNode body() {
            try {
                return JSON.readTree(record.value());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        String header(String name) {
            return Topics.header(record, name);
        }
    }

    /** The same event id makes it the same event. */
    void publish(UUID eventId, String type, String orderId, String body) {
        publish(eventId, type, orderId, body, Map.of());
    }

    /** An event that belongs to a story and a trace of its own. */
    void publishInStory(String type, String orderId, String story, String traceId) {
        publish(
                UUID.randomUUID(),
                type,
                orderId,
                "{\"order_id\":\"" + orderId + "\"}",
                Map.of("ce_correlationid", story, "traceparent", "00-" + traceId + "-00f067aa0ba902b7-01"));
    }

    private void publish(UUID eventId, String type, String orderId, String body, Map<String, String> more) {
        var topic = type.substring(0, type.indexOf('.')) + ".events.v1";
        var record = new ProducerRecord<>(topic, orderId, body);
        var headers = new TreeMap<>(Map.of(
                "ce_specversion", "1.0",
                "ce_id", eventId.toString(),
                "ce_type", type,
                "ce_eventversion", "1.0",
                "ce_source", "/test",
                "ce_subject", orderId,
                "ce_time", Instant.now().toString(),
                "ce_sequence", "1",
                "ce_correlationid", "story-1",
                "content-type", "application/json"));
        headers.putAll(more);
        headers.forEach((name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        try {
            producer.send(record).get();
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    void publish(String type, String orderId) {
        publish(UUID.randomUUID(), type, orderId, "{\"order_id\":\"" + orderId + "\",\"new_field\":1}");
    }

    /** Everything that has been published about an order so far. */
    static List<Event> published(String orderId) {
        try (var consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", servers()), new StringDeserializer(), new StringDeserializer())) {
            var partitions = consumer.partitionsFor("order.events.v1").stream()
                    .map(it -> new TopicPartition(it.topic(), it.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            var ends = consumer.endOffsets(partitions);
            var events = new ArrayList<Event>();
            while (partitions.stream().anyMatch(it -> consumer.position(it) < ends.getOrDefault(it, 0L))) {
                for (var record : consumer.poll(Duration.ofMillis(100))) {
                    if (orderId.equals(record.key())) {
                        events.add(new Event(
                                header(record, "ce_type"), Long.parseLong(header(record, "ce_sequence")), record));
                    }
                }
            }
            return events;
        }
    }

    private static String header(ConsumerRecord<String, String> record, String name) {
        var header = record.headers().lastHeader(name);
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }

    private static String servers() {
        return TestServers.kafka();
    }

    @Override
    public void close() {
        producer.close();
    }
}
