package dev.orderflow.fraud;

import dev.orderflow.dev.TestHealth;
import dev.orderflow.dev.TestServers;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import org.junit.jupiter.api.Test;

/** A service that starts without Kafka is ready; without its database it is not. */
@QuarkusTest
@WithTestResource(value = TestServers.class, initArgs = @ResourceArg(name = "kafka", value = "away"))
class HealthIT {

    @Inject
    AgroalDataSource database;

    @TestHTTPResource(value = "/", management = true)
    URI management = URI.create("");

    @Test
    void followsTheDatabaseAndNotKafka() throws Exception {
        new TestHealth(management).assertFollows(database);
    }
}
