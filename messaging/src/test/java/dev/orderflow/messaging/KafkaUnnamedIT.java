package dev.orderflow.messaging;

import static dev.orderflow.dev.TestPatience.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A service may start before the name of its Kafka is known: it is alive, accepts, and everything follows. */
@QuarkusTest
@WithTestResource(KafkaUnnamed.class)
class KafkaUnnamedIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Inject
    Things things;

    @Inject
    Pool pool;

    @TestHTTPResource(value = "/health", management = true)
    String health = "";

    private final String id = UUID.randomUUID().toString();

    @AfterEach
    void forgetTheName() {
        System.clearProperty(TestNames.IS_KNOWN);
    }

    @Test
    void startsAndConsumesOnceTheNameResolves() {
        isWell();
        things.happen(id, "waits").await().indefinitely();
        assertEquals(1, RestAssured.get("/api/v1/flow").jsonPath().getInt("unsent"));

        long before = number("select sessions from pg_stat_database where datname = current_database()");
        await().atMost(PATIENCE) // the relay tries to make a producer, again and again
                .until(() -> number("select sessions from pg_stat_database where datname = current_database()")
                        > before + 2);
        assertTrue(
                number("select count(*) from pg_stat_activity where datname = current_database()"
                                + " and application_name = 'outbox-relay'")
                        <= 1,
                "an attempt leaves its connection behind");
        System.setProperty(TestNames.IS_KNOWN, "true");

        await().atMost(PATIENCE).until(() -> things.handled(id).size() == 1);
        await().atMost(PATIENCE)
                .until(() -> RestAssured.get("/api/v1/flow").jsonPath().getInt("unsent") == 0);
        isWell();
    }

    private long number(String sql) {
        return Sql.number(pool, sql);
    }

    private void isWell() {
        for (String kind : new String[] {"started", "ready", "live"}) {
            assertEquals(200, RestAssured.get(health + "/" + kind).statusCode(), kind);
        }
    }
}
