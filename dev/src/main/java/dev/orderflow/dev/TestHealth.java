package dev.orderflow.dev;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;

/** Asks the service under test, on its management port, what an orchestrator asks. */
public final class TestHealth {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final URI management;

    public TestHealth(URI management) {
        this.management = management;
    }

    /** Fails unless the service, which has no Kafka, is ready as long as its database is there, and alive all along. */
    public void assertFollows(DataSource database) throws Exception {
        awaitUp(List.of("started", "live", "ready"));
        // No restart would bring the database back, so the service is alive without it.
        new TestSql(database).whileAway(() -> awaitUp(List.of("started", "live")));
        awaitUp(List.of("started", "live", "ready"));
    }

    private List<String> awaitUp(List<String> probes) {
        return await().atMost(PATIENCE).until(this::up, probes::equals);
    }

    /** Which of started, live and ready are well, in this order. */
    private List<String> up() {
        return Stream.of("started", "live", "ready").filter(this::isUp).toList();
    }

    private boolean isUp(String probe) {
        var request = HttpRequest.newBuilder(management.resolve("/q/health/" + probe))
                .timeout(PATIENCE)
                .build();
        try (var client = HttpClient.newHttpClient()) {
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
