package dev.orderflow.systemtest;

import static dev.orderflow.dev.TestPatience.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orderflow.dev.DevModeProcess;
import dev.orderflow.dev.Layout;
import dev.orderflow.dev.TestDatabase;
import dev.orderflow.dev.TestServers;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** {@code quarkus:dev} on the order service, in a copy of the sources; it goes beside the other tests. */
@Execution(ExecutionMode.CONCURRENT)
class DevModeIT {

    /** What the service says about an order that there is not, and what it is made to say. */
    private static final String BEFORE = "Problems.notFound(\"order\")";

    private static final String AFTER = "Problems.notFound(\"edited order\")";

    // First the servers, which take free ports of their own.
    private final TestDatabase database = TestServers.newDatabase();
    private final Layout layout = Layout.random();
    private final HttpClient client =
            HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();

    @TempDir
    Path copy;

    @Test
    void anEditedClassAnswersWithoutARestart() throws Exception {
        copySources(Path.of(System.getProperty("orderflow.root")));
        var properties = new HashMap<>(database.properties());
        properties.put("kafka.bootstrap.servers", TestServers.kafka());
        var order = new DevModeProcess(
                copy,
                "-Dorderflow.home=" + copy.resolve(".orderflow"), // as ./run in the copy looks for
                "order",
                Path.of("target/dev-mode.log"),
                layout,
                properties);
        order.start();
        try {
            assertEquals(200, get("/q/dev-ui").statusCode());
            assertEquals(404, unknownOrder().statusCode());

            var resource = copy.resolve("order/src/main/java/dev/orderflow/order/OrderResource.java");
            var source = Files.readString(resource);
            assertTrue(source.contains(BEFORE));
            Files.writeString(resource, source.replace(BEFORE, AFTER));

            // A reload may close the connection on which it was asked for.
            await().atMost(Duration.ofMinutes(2))
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> unknownOrder().body().contains("edited order"));

            nothingIsLeftAfterAKill(order);
        } finally {
            order.stop();
            TestServers.drop(database);
        }
    }

    /** As when the supervisor is killed, and Maven with it: what Maven has started lives on until it is looked for. */
    private void nothingIsLeftAfterAKill(DevModeProcess order) throws Exception {
        var maven = ProcessHandle.of(order.pid()).orElseThrow();
        var started = maven.descendants().toList();
        maven.destroyForcibly();
        try {
            assertFalse(started.isEmpty());
            assertEquals(0, run("stop"));
            // A dead process that nobody asks for has no command line any more.
            assertTrue(started.stream()
                    .allMatch(process -> process.info().commandLine().isEmpty()));
        } finally {
            started.forEach(ProcessHandle::destroyForcibly);
        }
    }

    private int run(String verb) throws Exception {
        var builder = new ProcessBuilder(copy.resolve("run").toString(), verb);
        builder.environment().remove("ORDERFLOW_HOME");
        return builder.inheritIO().start().waitFor();
    }

    private HttpResponse<String> unknownOrder() throws Exception {
        return get("/api/v1/orders/01980000-0000-7000-8000-0000000000ff");
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://localhost:" + layout.http("order") + path))
                        .timeout(Duration.ofMinutes(1))
                        .build(),
                BodyHandlers.ofString());
    }

    private void copySources(Path root) throws IOException {
        for (var name : List.of("pom.xml", "mvnw", "run", ".mvn")) {
            copyTree(root.resolve(name), copy.resolve(name));
        }
        try (var modules = Files.newDirectoryStream(root, folder -> Files.exists(folder.resolve("pom.xml")))) {
            for (var module : modules) {
                var name = module.getFileName().toString();
                try (var entries = Files.newDirectoryStream(
                        module, entry -> !entry.getFileName().toString().equals("target"))) {
                    for (var entry : entries) {
                        copyTree(
                                entry,
                                copy.resolve(name).resolve(entry.getFileName().toString()));
                    }
                }
            }
        }
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (var file : (Iterable<Path>) files::iterator) {
                var place = to.resolve(from.relativize(file).toString());
                Files.createDirectories(place.getParent());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(place);
                } else {
                    Files.copy(file, place, java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }
}
