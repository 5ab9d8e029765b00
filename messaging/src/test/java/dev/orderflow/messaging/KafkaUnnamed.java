package dev.orderflow.messaging;

import dev.orderflow.dev.TestDatabase;
import dev.orderflow.dev.TestServers;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A database, and a Kafka whose name does not resolve yet. */
public final class KafkaUnnamed implements QuarkusTestResourceLifecycleManager {

    private @Nullable TestDatabase database;

    @Override
    public Map<String, String> start() {
        database = TestServers.newDatabase();
        String topic = "unnamed-" + System.nanoTime();
        TestServers.createTopic(topic);
        String kafka = TestServers.kafka();
        Map<String, String> properties = new HashMap<>(database.properties());
        properties.put("kafka.bootstrap.servers", TestNames.LATER + kafka.substring(kafka.indexOf(':')));
        properties.put("messaging.topic", topic);
        properties.put("mp.messaging.incoming.events.topic", topic);
        return properties;
    }

    @Override
    public void stop() {
        if (database != null) {
            TestServers.drop(database);
        }
    }
}
