package dev.orderflow.analytics;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orderflow.dev.TestServers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** A topic as raw clients see it: bytes and headers. */
final class Topic implements AutoCloseable {

    private final String name;
    private final KafkaProducer<byte[], byte[]> producer;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<ConsumerRecord<byte[], byte[]>> seen = new ArrayList<>();
    private final List<Future<RecordMetadata>> unconfirmed = new ArrayList<>();

    Topic(String name) {
        this.name = name;
        producer = new KafkaProducer<>(
                properties(Map.of(ProducerConfig.ACKS_CONFIG, "all")),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        consumer = new KafkaConsumer<>(
                properties(Map.of(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest")),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        consumer.assign(consumer.partitionsFor(name).stream()
                .map(partition -> new TopicPartition(name, partition.partition()))
                .toList());
        consumer.seekToBeginning(consumer.assignment());
    }

    void send(@Nullable String key, Map<String, String> headers, byte @Nullable [] value) {
        send(null, key == null ? null : bytes(key), headers, value);
    }

    void send(
            @Nullable Integer partition, byte @Nullable [] key, Map<String, String> headers, byte @Nullable [] value) {
        var sent = new ProducerRecord<byte[], byte[]>(name, partition, key, value);
        headers.forEach((header, text) -> sent.headers().add(header, bytes(text)));
        unconfirmed.add(producer.send(sent));
    }

    /** Sends everything that is on the topic again, as a replay would deliver it again. */
    void replay() {
        for (var old : List.copyOf(records())) {
            unconfirmed.add(
                    producer.send(new ProducerRecord<>(name, old.partition(), old.key(), old.value(), old.headers())));
        }
        confirm();
    }

    private void confirm() {
        producer.flush();
        unconfirmed.forEach(sent -> assertTrue(sent.state() == Future.State.SUCCESS, sent::toString));
        unconfirmed.clear();
    }

    int partitions() {
        return consumer.assignment().size();
    }

    /** Everything that is on the topic by now. */
    List<ConsumerRecord<byte[], byte[]>> records() {
        confirm();
        var ends = consumer.endOffsets(consumer.assignment());
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            consumer.poll(Duration.ofMillis(100)).forEach(seen::add);
        }
        return seen;
    }

    static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        var header = record.headers().lastHeader(name);
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Properties properties(Map<String, Object> more) {
        var properties = new Properties();
        properties.putAll(more);
        properties.put("bootstrap.servers", TestServers.kafka());
        return properties;
    }

    @Override
    public void close() {
        producer.close();
        consumer.close();
    }
}
