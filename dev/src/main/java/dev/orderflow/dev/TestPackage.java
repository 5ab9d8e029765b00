package dev.orderflow.dev;

import static java.net.http.HttpResponse.BodyHandlers.ofString;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.util.Map;

/**
 * Where a packaged service under test, jar or executable, listens besides HTTP: away from the documented ports, at which
 * another system may run. The test framework does not know of these ports, so a test wants a field of this type.
 */
public final class TestPackage implements QuarkusTestResourceLifecycleManager {

    private final int management = Ports.free();
    private final int grpc = Ports.free();

    @Override
    public Map<String, String> start() {
        return Map.of(
                "quarkus.management.port", Integer.toString(management),
                "quarkus.grpc.server.port", Integer.toString(grpc),
                // What an executable can do of Kafka's compressions depends on its build.
                "kafka.compression.type", "lz4");
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(this, new TestInjector.MatchesType(TestPackage.class));
    }

    @Override
    public void stop() {}

    public int grpc() {
        return grpc;
    }

    /** Fails unless operators get what every service tells them. */
    public void assertTellsOperators() throws Exception {
        assertTells("/q/health/ready", "\"UP\"");
        assertTells("/q/metrics", "outbox_");
        assertTells("/q/openapi?format=json", "/api/v1/flow");
        assertTells("/q/info", "version");
    }

    private void assertTells(String path, String part) throws Exception {
        var uri = URI.create("http://localhost:" + management + path);
        try (var client = HttpClient.newHttpClient()) {
            var answer = client.send(HttpRequest.newBuilder(uri).build(), ofString());
            if (answer.statusCode() != 200 || !answer.body().contains(part)) {
                throw new AssertionError(path + " is " + answer.statusCode() + " without " + part);
            }
        }
    }
}
