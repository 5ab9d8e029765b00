package dev.orderflow.dev;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** A topic of the test's Kafka as raw clients see it: bytes and headers. For one thread. */
public final class TestTopic implements AutoCloseable {

    private final String name;
    private final KafkaProducer<byte[], byte[]> producer;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<ConsumerRecord<byte[], byte[]>> seen = new ArrayList<>();
    private final List<Future<RecordMetadata>> unconfirmed = new ArrayList<>();

    public TestTopic(String name) {
        this(name, "none");
    }

    /** What is sent there is compressed, by Kafka's name for it. */
    public TestTopic(String name, String compression) {
        this.name = name;
        Map<String, Object> servers = Map.of("bootstrap.servers", TestServers.kafka());
        Map<String, Object> sending = Map.of("bootstrap.servers", TestServers.kafka(), "compression.type", compression);
        producer = new KafkaProducer<>(sending, new ByteArraySerializer(), new ByteArraySerializer());
        consumer = new KafkaConsumer<>(servers, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.assign(consumer.partitionsFor(name).stream()
                .map(partition -> new TopicPartition(name, partition.partition()))
                .toList());
        consumer.seekToBeginning(consumer.assignment());
    }

    public int partitions() {
        return consumer.assignment().size();
    }

    /** Gives the topic a setting of its own; null leaves it to the broker again. */
    public void set(String setting, @Nullable String value) {
        var operation = value == null ? AlterConfigOp.OpType.DELETE : AlterConfigOp.OpType.SET;
        var change = new AlterConfigOp(new ConfigEntry(setting, value), operation);
        var topic = new ConfigResource(ConfigResource.Type.TOPIC, name);
        try (var admin = Topics.admin(TestServers.kafka())) {
            admin.incrementalAlterConfigs(Map.of(topic, List.of(change))).all().get();
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException(setting + " of " + name + " is not " + value, e);
        }
    }

    public void send(String key, Map<String, String> headers, String value) {
        send(key, headers, bytes(value));
    }

    /** Sends it on its way; {@link #records} and {@link #replay} wait until it has arrived. */
    public void send(@Nullable String key, Map<String, String> headers, byte @Nullable [] value) {
        send(null, key == null ? null : bytes(key), headers, value);
    }

    /** To a partition of the test's choice. */
    public void send(
            @Nullable Integer partition, byte @Nullable [] key, Map<String, String> headers, byte @Nullable [] value) {
        var sent = new ProducerRecord<byte[], byte[]>(name, partition, key, value);
        headers.forEach((header, text) -> sent.headers().add(header, bytes(text)));
        unconfirmed.add(producer.send(sent));
    }

    /** Sends everything that is on the topic again, as a replay would deliver it again. */
    public void replay() {
        for (var old : List.copyOf(records())) {
            unconfirmed.add(
                    producer.send(new ProducerRecord<>(name, old.partition(), old.key(), old.value(), old.headers())));
        }
        confirm();
    }

    /** Everything that is on the topic by now. */
    public List<ConsumerRecord<byte[], byte[]>> records() {
        confirm();
        var ends = consumer.endOffsets(consumer.assignment());
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            consumer.poll(Duration.ofMillis(100)).forEach(seen::add);
        }
        return seen;
    }

    private void confirm() {
        try {
            for (var sending : unconfirmed) {
                sending.get();
            }
            unconfirmed.clear();
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException("not sent to " + name, e);
        }
    }

    /** The header's text; empty when there is none. */
    public static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        var header = record.headers().lastHeader(name);
        return header == null ? "" : text(header.value());
    }

    public static Map<String, String> headers(ConsumerRecord<byte[], byte[]> record) {
        Map<String, String> headers = new HashMap<>();
        for (Header header : record.headers()) {
            headers.put(header.key(), text(header.value()));
        }
        return headers;
    }

    public static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        producer.close();
        consumer.close();
    }
}
