package dev.orderflow.notification;

import static org.awaitility.Awaitility.await;

import dev.orderflow.dev.TestHealth;
import dev.orderflow.dev.TestServers;
import dev.orderflow.dev.TestSql;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A service that starts without Kafka is ready; without its database it is not. */
@QuarkusTest
@WithTestResource(value = TestServers.class, initArgs = @ResourceArg(name = "kafka", value = "away"))
class HealthIT {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final List<String> UP = List.of("started", "live", "ready");
    private static final List<String> UNREADY = List.of("started", "live");

    @Inject
    AgroalDataSource database;

    @TestHTTPResource(value = "/", management = true)
    URI management = URI.create("");

    @Test
    void followsTheDatabaseAndNotKafka() throws Exception {
        TestHealth health = new TestHealth(management);
        await().atMost(SOON).until(health::up, UP::equals);

        // No restart would bring it back, so the service is alive all along.
        new TestSql(database).whileAway(() -> await().atMost(SOON).until(health::up, UNREADY::equals));

        await().atMost(SOON).until(health::up, UP::equals);
    }
}
