package dev.orderflow.messaging;

import com.sun.net.httpserver.HttpServer;
import dev.orderflow.dev.Ports;
import dev.orderflow.dev.TestDatabase;
import dev.orderflow.dev.TestServers;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A database, an address where Kafka is not yet, and a collector of traces that remembers which services wrote to it. */
public final class KafkaAway implements QuarkusTestResourceLifecycleManager {

    private @Nullable TestDatabase database;
    private @Nullable HttpServer collector;

    @Override
    public Map<String, String> start() {
        database = TestServers.newDatabase();
        try {
            collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        collector.createContext("/v1/traces", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1);
            System.setProperty("test.collected", System.getProperty("test.collected", "") + body);
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        collector.start();
        Map<String, String> properties = new HashMap<>(database.properties());
        properties.put("test.kafka.port", Integer.toString(Ports.free()));
        properties.put("kafka.bootstrap.servers", "localhost:" + properties.get("test.kafka.port"));
        properties.put("messaging.topic", "order.events.v1");
        properties.put("mp.messaging.incoming.events.topic", "order.events.v1");
        properties.put(
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                "http://localhost:" + collector.getAddress().getPort());
        properties.put("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
        return properties;
    }

    @Override
    public void stop() {
        if (collector != null) {
            collector.stop(0);
        }
        if (database != null) {
            TestServers.drop(database);
        }
    }
}
