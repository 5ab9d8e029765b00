package dev.orderflow.analytics;

import static dev.orderflow.dev.TestPatience.await;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;

import dev.orderflow.dev.TestPackage;
import dev.orderflow.dev.TestServers;
import dev.orderflow.dev.TestTopic;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The service as it is shipped, jar or executable: one story through everything that it is connected to. */
@Tag("package")
@QuarkusIntegrationTest
@WithTestResource(TestServers.class)
@WithTestResource(TestPackage.class)
class PackagedIT {

    @SuppressWarnings("NullAway.Init")
    TestPackage service;

    @Test
    void countsWhatHappened() {
        UUID order = TestEvent.id();
        UUID product = TestEvent.id();
        Instant now = Instant.now();
        String body = TestEvent.order(order, product, 2, "49.99", "USD", "");
        for (TestEvent event : List.of(
                TestEvent.restocked(product, 1, now, "Lamp", 10),
                TestEvent.of("order.placed", order.toString(), 1, now, body),
                TestEvent.of("order.confirmed", order.toString(), 2, now, body))) {
            try (TestTopic topic = new TestTopic(event.topic(), "gzip")) {
                topic.send(event.subject(), event.headers(), TestTopic.bytes(event.body()));
                topic.records();
            }
        }

        await().untilAsserted(() -> given().get("/api/v1/analytics/summary")
                .then()
                .statusCode(200)
                .body("orders.confirmed", equalTo(1))
                .body("events.'inventory.restocked'", equalTo(1))
                .body("orders.revenue[0].amount", equalTo("99.98")));
        given().get("/api/v1/analytics/products")
                .then()
                .statusCode(200)
                .body("items[0].name", equalTo("Lamp"))
                .body("items[0].units.confirmed", equalTo(2));
        given().get("/api/v1/analytics/minutes").then().statusCode(200).body("items", notNullValue());
        given().get("/api/v1/analytics/events?order_id=" + order)
                .then()
                .statusCode(200)
                .body("items", hasSize(2))
                .body("items[0].body.total", equalTo("99.98"));
    }

    @Test
    void tellsOperatorsHowItIs() throws Exception {
        service.assertTellsOperators();
        given().get("/api/v1/flow").then().statusCode(200).body("unsent", notNullValue());
        given().get("/api/v1/parked").then().statusCode(200).body("items", empty());
    }
}
