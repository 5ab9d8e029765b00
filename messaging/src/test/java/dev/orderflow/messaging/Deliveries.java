package dev.orderflow.messaging;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/** Batches as Kafka would deliver them, and handlers that cannot apply what is in them. */
final class Deliveries {

    private Deliveries() {}

    static java.util.function.Consumer<Envelope> poison(String key) {
        return event -> {
            if (event.aggregateId().equals(key)) {
                throw new IllegalArgumentException("poison");
            }
        };
    }

    static ConsumerRecord<byte[], byte[]> received(String key, int sequence, long offset) {
        return received(key, sequence, offset, "n" + sequence);
    }

    static ConsumerRecord<byte[], byte[]> received(int partition, String key, int sequence) {
        ConsumerRecord<byte[], byte[]> record = received(key, sequence, sequence);
        return new ConsumerRecord<>(
                record.topic(),
                partition,
                record.offset(),
                record.timestamp(),
                record.timestampType(),
                record.serializedKeySize(),
                record.serializedValueSize(),
                record.key(),
                record.value(),
                record.headers(),
                record.leaderEpoch());
    }

    /** As if Kafka had delivered it; its identity follows from key and sequence, so that a repeat is one. */
    static ConsumerRecord<byte[], byte[]> received(String key, int sequence, long offset, String note) {
        ConsumerRecord<byte[], byte[]> record = new ConsumerRecord<>(
                Things.TOPIC, 0, offset, Wire.bytes(key), Wire.bytes("{\"note\":\"" + note + "\"}"));
        String id = UUID.nameUUIDFromBytes(Wire.bytes(key + sequence)).toString();
        Map.of("ce_id", id, "ce_type", "thing.happened", "ce_sequence", Integer.toString(sequence))
                .forEach((name, value) -> record.headers().add(name, Wire.bytes(value)));
        return record;
    }

    static ConsumerRecords<byte[], byte[]> batch(List<ConsumerRecord<byte[], byte[]>> records) {
        Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> partitions = new HashMap<>();
        records.forEach(record -> partitions
                .computeIfAbsent(new TopicPartition(record.topic(), record.partition()), p -> new ArrayList<>())
                .add(record));
        return new ConsumerRecords<>(partitions, Map.of());
    }
}
