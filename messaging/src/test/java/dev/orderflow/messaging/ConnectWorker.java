package dev.orderflow.messaging;

import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.connect.connector.policy.AllConnectorClientConfigOverridePolicy;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.runtime.Herder;
import org.apache.kafka.connect.runtime.Worker;
import org.apache.kafka.connect.runtime.isolation.Plugins;
import org.apache.kafka.connect.runtime.rest.entities.ConnectorInfo;
import org.apache.kafka.connect.runtime.rest.entities.ConnectorStateInfo;
import org.apache.kafka.connect.runtime.standalone.StandaloneConfig;
import org.apache.kafka.connect.runtime.standalone.StandaloneHerder;
import org.apache.kafka.connect.storage.FileOffsetBackingStore;
import org.apache.kafka.connect.util.FutureCallback;

/**
 * Kafka Connect itself, in this JVM and without the REST server in front of it: it checks and runs one connector, with the
 * converters, transformations and producer that the connector's configuration names.
 */
final class ConnectWorker implements AutoCloseable {

    private static final int PATIENCE_SECONDS = 60;

    private final StandaloneHerder herder;
    private final String name;

    /** @param offsets where it keeps its position */
    ConnectWorker(String bootstrap, Path offsets, Map<String, String> connector) {
        Map<String, String> settings = Map.of(
                "bootstrap.servers",
                bootstrap,
                "key.converter",
                JsonConverter.class.getName(),
                "value.converter",
                JsonConverter.class.getName(),
                "plugin.discovery",
                "service_load",
                "offset.storage.file.filename",
                offsets.toString(),
                "offset.flush.interval.ms",
                "100");
        Plugins plugins = new Plugins(settings);
        StandaloneConfig config = new StandaloneConfig(settings);
        FileOffsetBackingStore store = new FileOffsetBackingStore(
                plugins.newInternalConverter(true, JsonConverter.class.getName(), Map.of("schemas.enable", "false")));
        store.configure(config);
        AllConnectorClientConfigOverridePolicy overrides = new AllConnectorClientConfigOverridePolicy();
        overrides.configure(Map.of());
        herder = new StandaloneHerder(
                new Worker("test", Time.SYSTEM, plugins, config, store, overrides), config.kafkaClusterId(), overrides);
        name = Objects.requireNonNull(connector.get("name"));
        herder.start();
        start(connector);
    }

    private void start(Map<String, String> connector) {
        FutureCallback<Herder.Created<ConnectorInfo>> accepted = new FutureCallback<>();
        herder.putConnectorConfig(name, connector, false, accepted);
        try {
            accepted.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException | InterruptedException e) {
            herder.stop();
            throw new IllegalStateException(e);
        }
    }

    /** Fails, with the reason, when the connector or its task has. */
    void check() {
        ConnectorStateInfo state = herder.connectorStatus(name);
        fail(state.connector());
        state.tasks().forEach(ConnectWorker::fail);
    }

    private static void fail(ConnectorStateInfo.AbstractState state) {
        if (state.state().equals("FAILED")) {
            throw new AssertionError(state.trace());
        }
    }

    /** Lets what is under way arrive, and has its position written down. */
    @Override
    public void close() {
        herder.stop();
    }
}
