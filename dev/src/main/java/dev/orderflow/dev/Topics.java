package dev.orderflow.dev;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;

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
            create(admin, all());
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
            var missing = topics.stream()
                    .filter(topic -> !present.contains(topic.name()))
                    .toList();
            admin.createTopics(missing).all().get();
            var names = topics.stream().map(NewTopic::name).toList();
            while (!areVisible(admin, names)) {
                Processes.pause(Duration.ofMillis(20));
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The controller has created them; clients know them only once the broker has heard of it. */
    private static boolean areVisible(Admin admin, List<String> names) throws InterruptedException {
        try {
            return admin.describeTopics(names).allTopicNames().get().values().stream()
                    .flatMap(topic -> topic.partitions().stream())
                    .allMatch(partition ->
                            partition.leader() != null && !partition.leader().isEmpty());
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

    private static List<NewTopic> all() {
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
