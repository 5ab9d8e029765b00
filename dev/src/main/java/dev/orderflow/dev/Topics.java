package dev.orderflow.dev;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/** The topics of the system; brokers create none by themselves. */
public final class Topics {

    /** Fixed at creation: another number would move keys to other partitions and break their order. */
    public static final int PARTITIONS = 12;

    /** Who consumes what. */
    private static final Map<String, List<String>> CONSUMERS = Map.of(
            "order.events.v1", List.of("inventory", "fraud", "notification", "analytics"),
            "inventory.events.v1", List.of("order", "notification", "analytics"),
            "fraud.events.v1", List.of("order", "analytics"),
            "notification.events.v1", List.of("analytics"));

    private Topics() {}

    public static Admin admin(String bootstrapServers) {
        return Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                10_000,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                60_000));
    }

    /** Creates what is missing. */
    public static void create(Admin admin) {
        create(admin, all());
    }

    /** Deletes every topic and every group's position, then creates the system's topics: as after a fresh start. */
    public static void recreate(Admin admin) {
        try {
            var groups = admin.listGroups().all().get().stream()
                    .map(group -> group.groupId())
                    .toList();
            for (var group : admin.deleteConsumerGroups(groups).deletedGroups().values()) {
                try {
                    group.get();
                } catch (ExecutionException membersLeft) {
                    // A killed test's group: it ends by itself, and its positions go with the topics.
                }
            }
            admin.deleteTopics(admin.listTopics().names().get()).all().get();
            createNow(admin, all());
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Creates those that are missing. */
    public static void create(Admin admin, List<NewTopic> topics) {
        try {
            var present = admin.listTopics().names().get();
            createNow(
                    admin,
                    topics.stream()
                            .filter(topic -> !present.contains(topic.name()))
                            .toList());
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /**
     * Creates them, whatever the broker knows: it hears of creations and deletions later than the controller decides, and
     * may still list what is deleted already. Returns once it serves the new ones.
     */
    private static void createNow(Admin admin, List<NewTopic> topics) throws ExecutionException, InterruptedException {
        var creation = admin.createTopics(topics);
        var ids = new HashMap<String, Uuid>();
        for (var topic : topics) {
            ids.put(topic.name(), creation.topicId(topic.name()).get());
        }
        while (!areServed(admin, ids)) {
            Processes.pause(Duration.ofMillis(20));
        }
    }

    /** Those of these ids, and no earlier ones of the same names. */
    private static boolean areServed(Admin admin, Map<String, Uuid> ids) throws InterruptedException {
        try {
            var described =
                    admin.describeTopics(ids.keySet()).allTopicNames().get().values();
            var known = described.stream()
                    .allMatch(topic -> topic.topicId().equals(ids.get(topic.name()))
                            && topic.partitions().stream()
                                    .allMatch(partition -> partition.leader() != null
                                            && !partition.leader().isEmpty()));
            if (known) {
                var offsets = new HashMap<TopicPartition, OffsetSpec>();
                described.forEach(topic -> topic.partitions()
                        .forEach(partition -> offsets.put(
                                new TopicPartition(topic.name(), partition.partition()), OffsetSpec.latest())));
                admin.listOffsets(offsets).all().get(); // answered by the partitions' leaders themselves
            }
            return known;
        } catch (ExecutionException notYet) {
            return false;
        }
    }

    public static NewTopic events(String name) {
        return new NewTopic(name, PARTITIONS, (short) 1);
    }

    /** Dead letters are few and are redriven from the consumer's database: one partition is enough for reading them. */
    public static NewTopic deadLetters(String topic, String consumer) {
        return new NewTopic(topic + "." + consumer + ".dlt", 1, (short) 1);
    }

    /** All of them, those for dead letters included. */
    public static List<NewTopic> all() {
        var all = new ArrayList<NewTopic>();
        CONSUMERS.forEach((topic, consumers) -> {
            all.add(events(topic));
            consumers.forEach(consumer -> all.add(deadLetters(topic, consumer)));
        });
        return all;
    }

    /** The names of the event topics. */
    public static Set<String> names() {
        return new HashSet<>(CONSUMERS.keySet());
    }
}
