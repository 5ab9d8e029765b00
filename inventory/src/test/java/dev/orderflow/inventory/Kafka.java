package dev.orderflow.inventory;

import dev.orderflow.contracts.EventSchemas;
import dev.orderflow.dev.TestServers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Orders as they come, and what inventory publishes, as raw clients see it. */
final class Kafka implements AutoCloseable {

    static final String ORDERS = "order.events.v1";
    private static final String INVENTORY = "inventory.events.v1";

    private final KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
            Map.of("bootstrap.servers", TestServers.kafka(), "acks", "all"),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    private final KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
            Map.of("bootstrap.servers", TestServers.kafka(), "auto.offset.reset", "earliest"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    private final List<ConsumerRecord<byte[], byte[]>> seen = new ArrayList<>();

    Kafka() {
        consumer.assign(consumer.partitionsFor(INVENTORY).stream()
                .map(partition -> new TopicPartition(INVENTORY, partition.partition()))
                .toList());
        consumer.seekToBeginning(consumer.assignment());
    }

    /** An event of an order; a line is a product and a quantity. */
    static ProducerRecord<byte[], byte[]> event(String type, String order, Map<String, Long> lines) {
        String items = lines.entrySet().stream()
                .map(line -> """
                        {"product_id":"%s","quantity":%d,"price":"4.99"}""".formatted(line.getKey(), line.getValue()))
                .collect(Collectors.joining(","));
        String body = """
                {"order_id":"%s","customer_id":"c-1","items":[%s],"total":"4.99","currency":"USD","new_field":{}}""".formatted(order, items);
        return record(type, order, body);
    }

    static ProducerRecord<byte[], byte[]> record(String type, @Nullable String key, String body) {
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(ORDERS, key == null ? null : bytes(key), bytes(body));
        Map.of(
                        "ce_specversion",
                        "1.0",
                        "ce_id",
                        Stockroom.newId(),
                        "ce_type",
                        type,
                        "ce_source",
                        "/order",
                        "ce_time",
                        Instant.now().toString(),
                        "ce_subject",
                        key == null ? "" : key,
                        "ce_eventversion",
                        "1.0",
                        "ce_correlationid",
                        "story-of-" + key,
                        "ce_sequence",
                        "1",
                        "content-type",
                        "application/json")
                .forEach((name, value) -> record.headers().add(name, bytes(value)));
        return record;
    }

    /** Sends records and waits until the broker has them. */
    @SafeVarargs
    final void send(ProducerRecord<byte[], byte[]>... records) {
        try {
            for (ProducerRecord<byte[], byte[]> record : records) {
                producer.send(record).get();
            }
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The events of an aggregate so far, in their order. */
    List<ConsumerRecord<byte[], byte[]>> of(String aggregate) {
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            consumer.poll(Duration.ofMillis(100)).forEach(seen::add);
        }
        return seen.stream()
                .filter(record -> Arrays.equals(record.key(), bytes(aggregate)))
                .toList();
    }

    List<String> typesOf(String aggregate) {
        return of(aggregate).stream()
                .map(record -> headers(record).getOrDefault("ce_type", ""))
                .toList();
    }

    static Map<String, String> headers(ConsumerRecord<byte[], byte[]> record) {
        Map<String, String> headers = new TreeMap<>();
        record.headers().forEach(header -> headers.put(header.key(), text(header.value())));
        return headers;
    }

    /** What the contracts have against a record. */
    static List<String> violations(ConsumerRecord<byte[], byte[]> record) {
        List<String> all = new ArrayList<>(EventSchemas.headerViolations(headers(record)));
        all.addAll(EventSchemas.violations(headers(record).getOrDefault("ce_type", ""), record.value()));
        return all;
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        producer.close();
        consumer.close();
    }
}
