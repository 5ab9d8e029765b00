package dev.orderflow.systemtest;

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
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A topic, to read all of it and to write records that no service of ours would write. */
final class Topic {

    private final String bootstrapServers;
    private final String name;

    Topic(String bootstrapServers, String name) {
        this.bootstrapServers = bootstrapServers;
        this.name = name;
    }

    /** A record with what its headers say. */
    record Event(ConsumerRecord<byte[], byte[]> bytes) {
        String key() {
            return bytes.key() == null ? "" : new String(bytes.key(), StandardCharsets.UTF_8);
        }

        String body() {
            return bytes.value() == null ? "" : new String(bytes.value(), StandardCharsets.UTF_8);
        }

        String header(String name) {
            var header = bytes.headers().lastHeader(name);
            return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
        }

        String id() {
            return header("ce_id");
        }

        String type() {
            return header("ce_type");
        }

        long sequence() {
            return Long.parseLong(header("ce_sequence"));
        }
    }

    /** Everything from the beginning to what is the end now; in order within each partition. */
    List<Event> read() {
        Map<String, Object> configuration = Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "key.deserializer",
                ByteArrayDeserializer.class.getName(),
                "value.deserializer",
                ByteArrayDeserializer.class.getName());
        try (var consumer = new KafkaConsumer<byte[], byte[]>(configuration)) {
            var partitions = consumer.partitionsFor(name).stream()
                    .map(partition -> new TopicPartition(name, partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            var ends = consumer.endOffsets(partitions);
            var events = new ArrayList<Event>();
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(200)).forEach(bytes -> events.add(new Event(bytes)));
            }
            return events;
        }
    }

    /** Writes records and returns, once the broker has them, where they are. */
    List<RecordMetadata> write(List<ProducerRecord<byte[], byte[]>> records) {
        var configuration = new HashMap<String, Object>();
        configuration.put("bootstrap.servers", bootstrapServers);
        configuration.put("key.serializer", ByteArraySerializer.class.getName());
        configuration.put("value.serializer", ByteArraySerializer.class.getName());
        try (var producer = new KafkaProducer<byte[], byte[]>(configuration)) {
            var written = new ArrayList<RecordMetadata>();
            for (var sending : records.stream().map(producer::send).toList()) {
                written.add(sending.get());
            }
            return written;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    String name() {
        return name;
    }
}
