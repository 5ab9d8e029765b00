package dev.orderflow.order;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.util.Map;

/** Lets the service call the fake inventory, which the same process serves, and the tests call the service. */
public final class GrpcPort implements QuarkusTestResourceLifecycleManager {

    @Override
    public Map<String, String> start() {
        var port = Integer.toString(freePort());
        return Map.of(
                "quarkus.grpc.server.test-port", port,
                "quarkus.grpc.clients.inventory.port", port,
                "quarkus.grpc.clients.order.port", port);
    }

    @Override
    public void stop() {}

    private static int freePort() {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
