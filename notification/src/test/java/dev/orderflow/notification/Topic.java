package dev.orderflow.notification;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/** A topic as raw clients see it: bytes and headers. */
final class Topic implements AutoCloseable {

    private final String name;
    private final KafkaProducer<byte[], byte[]> producer;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<ConsumerRecord<byte[], byte[]>> seen = new ArrayList<>();

    Topic(String name) {
        this.name = name;
        Map<String, Object> brokers = Map.of(
                "bootstrap.servers", ConfigProvider.getConfig().getValue("kafka.bootstrap.servers", String.class));
        producer = new KafkaProducer<>(brokers, new ByteArraySerializer(), new ByteArraySerializer());
        consumer = new KafkaConsumer<>(brokers, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.assign(consumer.partitionsFor(name).stream()
                .map(partition -> new TopicPartition(name, partition.partition()))
                .toList());
        consumer.seekToBeginning(consumer.assignment());
    }

    void send(@Nullable String key, Map<String, String> headers, String body) {
        ProducerRecord<byte[], byte[]> sent = new ProducerRecord<>(name, key == null ? null : bytes(key), bytes(body));
        headers.forEach((header, value) -> sent.headers().add(header, bytes(value)));
        send(sent);
    }

    /** To a certain partition, with the subject as key. */
    void send(int partition, Map<String, String> headers, String body) {
        ProducerRecord<byte[], byte[]> sent =
                new ProducerRecord<>(name, partition, bytes(headers.getOrDefault("ce_subject", "")), bytes(body));
        headers.forEach((header, value) -> sent.headers().add(header, bytes(value)));
        send(sent);
    }

    int partitions() {
        return consumer.assignment().size();
    }

    /** Delivers everything that is on the topic once more. */
    void replay() {
        for (ConsumerRecord<byte[], byte[]> old : List.copyOf(records())) {
            send(new ProducerRecord<>(name, old.partition(), old.key(), old.value(), old.headers()));
        }
    }

    private void send(ProducerRecord<byte[], byte[]> sent) {
        try {
            producer.send(sent).get();
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Everything that is on the topic by now. */
    List<ConsumerRecord<byte[], byte[]>> records() {
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            consumer.poll(Duration.ofMillis(100)).forEach(seen::add);
        }
        return seen;
    }

    static Map<String, String> headers(ConsumerRecord<byte[], byte[]> record) {
        Map<String, String> headers = new HashMap<>();
        for (Header header : record.headers()) {
            headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8));
        }
        return headers;
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
