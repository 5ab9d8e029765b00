package dev.orderflow.messaging;

import io.smallrye.common.annotation.Identifier;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/**
 * How far the service is behind its topics, by what Kafka knows of its consumer groups: all replicas together, and
 * partitions that nobody consumes as well. A consumer's own figures would stand still with the consumer.
 */
@Singleton
class ConsumerLag {

    private static final String CHANNEL = "mp.messaging.incoming.";
    private static final Duration OUTDATED = Duration.ofSeconds(30);
    private static final Duration LONGEST = Duration.ofSeconds(60); // each question has a limit, while its thread lives

    private final KafkaClientService channels;
    private final Config config;
    private final Map<String, Object> kafka;
    private @Nullable Admin admin;
    private volatile @Nullable Told told;

    ConsumerLag(
            KafkaClientService channels, Config config, @Identifier("default-kafka-broker") Map<String, Object> kafka) {
        this.channels = channels;
        this.config = config;
        this.kafka = kafka;
    }

    /** Records that are not acknowledged, as Kafka told lately; null when it has not. */
    @Nullable
    Long records() {
        Told last = told;
        return last == null || System.nanoTime() - last.nanos() > OUTDATED.toNanos() ? null : last.records();
    }

    private record Told(long records, long nanos) {}

    /** Asks Kafka; fails while it does not answer. One at a time. */
    Uni<Void> refresh() {
        return Uni.createFrom()
                .<Void>emitter(answer -> Thread.ofVirtual().name("consumer-lag").start(() -> {
                    try {
                        told = new Told(ask(admin()), System.nanoTime());
                        answer.complete(null);
                    } catch (Exception | Error e) { // whatever it was, an answer has to be given
                        answer.fail(e);
                    }
                }))
                .ifNoItem()
                .after(LONGEST)
                .fail()
                .onFailure(TimeoutException.class)
                .invoke(() -> Thread.ofVirtual().start(this::close)); // for another one next time
    }

    private synchronized Admin admin() {
        if (admin == null) {
            Map<String, Object> settings = new HashMap<>(kafka);
            settings.keySet().retainAll(AdminClientConfig.configNames());
            settings.put(AdminClientConfig.CLIENT_ID_CONFIG, "consumer-lag");
            settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 2_000);
            settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 4_000);
            admin = Admin.create(settings);
        }
        return admin;
    }

    private long ask(Admin kafka) throws ExecutionException, InterruptedException {
        long sum = 0;
        for (Map.Entry<String, Set<String>> group : groups().entrySet()) {
            sum += behind(kafka, group.getKey(), group.getValue());
        }
        return sum;
    }

    /** The topics of each consumer group. */
    private Map<String, Set<String>> groups() {
        Map<String, Set<String>> groups = new HashMap<>();
        for (String channel : channels.getConsumerChannels()) {
            String group = config.getValue(CHANNEL + channel + ".group.id", String.class);
            List<String> topics = config.getOptionalValues(CHANNEL + channel + ".topics", String.class)
                    .orElseGet(() -> List.of(config.getValue(CHANNEL + channel + ".topic", String.class)));
            groups.computeIfAbsent(group, name -> new HashSet<>()).addAll(topics);
        }
        return groups;
    }

    private static long behind(Admin kafka, String group, Set<String> topics)
            throws ExecutionException, InterruptedException {
        List<TopicPartition> partitions = new ArrayList<>();
        for (var topic : kafka.describeTopics(topics).topicNameValues().entrySet()) {
            partitions.addAll(partitions(topic.getKey(), topic.getValue()));
        }
        Map<TopicPartition, OffsetAndMetadata> acknowledged = kafka.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get();
        // Nothing acknowledged yet: the consumer begins with what is there.
        Map<TopicPartition, ListOffsetsResultInfo> begin =
                kafka.listOffsets(all(partitions, OffsetSpec.earliest())).all().get();
        Map<TopicPartition, ListOffsetsResultInfo> end =
                kafka.listOffsets(all(partitions, OffsetSpec.latest())).all().get();
        return partitions.stream()
                .mapToLong(partition -> Math.max(
                        0,
                        offset(end, partition)
                                - Math.max(offset(begin, partition), acknowledged(acknowledged, partition))))
                .sum();
    }

    /** None of a topic that is not there yet. */
    private static List<TopicPartition> partitions(String topic, KafkaFuture<TopicDescription> description)
            throws ExecutionException, InterruptedException {
        try {
            return description.get().partitions().stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return List.of();
            }
            throw e;
        }
    }

    private static Map<TopicPartition, OffsetSpec> all(List<TopicPartition> partitions, OffsetSpec spec) {
        return partitions.stream().collect(Collectors.toMap(Function.identity(), partition -> spec));
    }

    private static long offset(Map<TopicPartition, ListOffsetsResultInfo> offsets, TopicPartition partition) {
        ListOffsetsResultInfo found = offsets.get(partition);
        return found == null ? 0 : found.offset();
    }

    private static long acknowledged(Map<TopicPartition, OffsetAndMetadata> offsets, TopicPartition partition) {
        OffsetAndMetadata found = offsets.get(partition); // null also as a value: nothing of it is acknowledged
        return found == null ? 0 : found.offset();
    }

    @PreDestroy
    synchronized void close() {
        if (admin != null) {
            admin.close(Duration.ZERO);
            admin = null;
        }
    }
}
