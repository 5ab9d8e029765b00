package dev.orderflow.systemtest;

import static dev.orderflow.dev.TestPatience.await;

import dev.orderflow.dev.Topics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/** How far the services have consumed the topics. A service's group has its name. */
final class Groups implements AutoCloseable {

    private static final Map<String, Set<String>> CONSUMED = Map.of(
            "order", Set.of("inventory.events.v1", "fraud.events.v1"),
            "inventory", Set.of("order.events.v1"),
            "fraud", Set.of("order.events.v1"),
            "notification", Set.of("order.events.v1", "inventory.events.v1"),
            "analytics", Set.of("order.events.v1", "inventory.events.v1", "fraud.events.v1", "notification.events.v1"));

    private final Admin admin;

    Groups(String bootstrapServers) {
        admin = Topics.admin(bootstrapServers);
    }

    /** Where the topics end now. */
    Map<TopicPartition, Long> ends() {
        var wanted = new HashMap<TopicPartition, OffsetSpec>();
        for (var topic : topics("analytics")) {
            for (int partition = 0; partition < Topics.PARTITIONS; partition++) {
                wanted.put(new TopicPartition(topic, partition), OffsetSpec.latest());
            }
        }
        var ends = new HashMap<TopicPartition, Long>();
        get(admin.listOffsets(wanted).all()).forEach((partition, end) -> ends.put(partition, end.offset()));
        return ends;
    }

    /** How many records up to there have not had all their effects yet, by group; empty when there are none. */
    Map<String, Long> lag(Map<TopicPartition, Long> ends) {
        var lag = new HashMap<String, Long>();
        CONSUMED.forEach((group, topics) -> {
            var positions = positions(group);
            ends.forEach((partition, end) -> {
                var missing = end - positions.getOrDefault(partition, 0L);
                if (topics.contains(partition.topic()) && missing > 0) {
                    lag.merge(group, missing, Long::sum);
                }
            });
        });
        return lag;
    }

    /** Sets a group that nobody is in back to the beginning. Returns how many records it will get again. */
    long rewind(String group) {
        await("nobody is in group " + group).atMost(Orderflow.PATIENCE).until(() -> members(group) == 0);
        var positions = positions(group);
        var beginning = new HashMap<TopicPartition, OffsetAndMetadata>();
        positions.keySet().forEach(partition -> beginning.put(partition, new OffsetAndMetadata(0)));
        get(admin.alterConsumerGroupOffsets(group, beginning).all());
        return positions.values().stream().mapToLong(offset -> offset).sum();
    }

    private int members(String group) {
        var groups = get(admin.describeConsumerGroups(List.of(group)).all());
        return Objects.requireNonNull(groups.get(group)).members().size();
    }

    private static Set<String> topics(String group) {
        return Objects.requireNonNull(CONSUMED.get(group));
    }

    private Map<TopicPartition, Long> positions(String group) {
        var positions = new HashMap<TopicPartition, Long>();
        get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
                .forEach((partition, position) -> {
                    if (position != null) {
                        positions.put(partition, position.offset());
                    }
                });
        return positions;
    }

    private static <T> T get(KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        admin.close();
    }
}
