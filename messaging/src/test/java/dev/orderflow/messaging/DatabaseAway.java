package dev.orderflow.messaging;

import dev.orderflow.dev.Ports;
import dev.orderflow.dev.TestDatabase;
import dev.orderflow.dev.TestServers;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A database with all tables, whose address leads to nothing until a test puts a proxy there. */
public final class DatabaseAway implements QuarkusTestResourceLifecycleManager {

    private @Nullable TestDatabase database;

    @Override
    public Map<String, String> start() {
        TestDatabase created = TestServers.newDatabase();
        database = created;
        RelayHarness.migrate(created);
        String topic = "away-" + System.nanoTime();
        TestServers.createTopic(topic);
        Map<String, String> properties = new HashMap<>(created.properties());
        properties.put("test.database.port", Integer.toString(created.port()));
        properties.put("database.port", Integer.toString(Ports.free()));
        properties.put("quarkus.flyway.migrate-at-start", "false");
        properties.put("quarkus.datasource.reactive.max-size", "4");
        properties.put("kafka.bootstrap.servers", TestServers.kafka());
        properties.put("messaging.topic", topic);
        properties.put("mp.messaging.incoming.events.topic", topic);
        // Waits as in production, but shorter.
        properties.put("messaging.database-silence", "3s");
        properties.put("messaging.connection-wait", "1s");
        properties.put("messaging.connection-queue", "8");
        return properties;
    }

    @Override
    public void stop() {
        if (database != null) {
            TestServers.drop(database);
        }
    }
}
