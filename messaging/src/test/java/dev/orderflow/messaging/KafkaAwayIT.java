package dev.orderflow.messaging;

import static dev.orderflow.dev.TestPatience.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orderflow.dev.KafkaProcess;
import dev.orderflow.dev.Project;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service that starts while Kafka is away is ready, accepts, and everything follows when Kafka comes. */
@QuarkusTest
@WithTestResource(KafkaAway.class)
class KafkaAwayIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Inject
    Things things;

    @TestHTTPResource(value = "/health", management = true)
    String health = "";

    private final String id = UUID.randomUUID().toString();

    @Test
    void everythingFollowsWhenKafkaComes(@TempDir Path folder) {
        for (String kind : new String[] {"started", "ready", "live"}) {
            assertEquals(200, RestAssured.get(health + "/" + kind).statusCode(), kind);
        }
        things.happen(id, "waits").await().indefinitely();
        assertEquals(1, RestAssured.get("/api/v1/flow").jsonPath().getInt("unsent"));

        int port = ConfigProvider.getConfig().getValue("test.kafka.port", Integer.class);
        KafkaProcess kafka = new KafkaProcess(Project.here(), folder.resolve("kafka"), port);
        try {
            kafka.start();

            await().atMost(PATIENCE).until(() -> things.handled(id).size() == 1);
            await().atMost(PATIENCE)
                    .until(() -> RestAssured.get("/api/v1/flow").jsonPath().getInt("unsent") == 0);
        } finally {
            kafka.kill();
        }
        assertEquals(200, RestAssured.get(health + "/ready").statusCode());
        assertEquals(200, RestAssured.get(health + "/live").statusCode());
        assertEquals(
                "running",
                RestAssured.get(health + "/live")
                        .jsonPath()
                        .getString("checks.find { it.name == 'message channels' }.data.events"));
    }

    @Test
    void aCollectorThatIsNamedGetsTheTraces() {
        RestAssured.get("/api/v1/flow").then().statusCode(200);

        await().atMost(PATIENCE).until(() -> {
            String collected = System.getProperty("test.collected", "");
            return collected.contains("service.name") && collected.contains("messaging") && collected.contains("flow");
        });
    }
}
