package dev.orderflow.fraud;

import static dev.orderflow.dev.TestPatience.await;
import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orderflow.contracts.EventSchemas;
import dev.orderflow.dev.TestPackage;
import dev.orderflow.dev.TestServers;
import dev.orderflow.dev.TestTopic;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The service as it is shipped, jar or executable: one story through everything that it is connected to. */
@Tag("package")
@QuarkusIntegrationTest
@WithTestResource(TestServers.class)
@WithTestResource(TestPackage.class)
class PackagedIT {

    @SuppressWarnings("NullAway.Init")
    TestPackage service;

    @Test
    void assessesAnOrderAndTakesADecision() {
        TestOrder order = TestOrder.of("packaged", "5000.00");
        try (TestTopic orders = new TestTopic("order.events.v1");
                TestTopic verdicts = new TestTopic("fraud.events.v1")) {
            orders.send(order.key(), order.headers("order.placed", 1), order.body());
            orders.records();
            await().until(() -> !of(order, verdicts).isEmpty());
            ConsumerRecord<byte[], byte[]> verdict = of(order, verdicts).getFirst();
            String type = TestTopic.header(verdict, "ce_type");
            assertEquals("fraud.review_requested", type);
            assertEquals(List.of(), EventSchemas.violations(type, verdict.value()));

            String path = "/api/v1/assessments/" + order.key();
            String version = given().get(path)
                    .then()
                    .statusCode(200)
                    .body("verdict", equalTo("review"))
                    .body("reasons[0].code", notNullValue())
                    .extract()
                    .header("ETag");
            given().contentType("application/json")
                    .header("If-Match", version)
                    .body("{\"decision\":\"clear\"}")
                    .post(path + "/decision")
                    .then()
                    .statusCode(200)
                    .body("verdict", equalTo("cleared"));
            await().until(() -> of(order, verdicts).size() == 2);
        }
        given().contentType("application/json")
                .body("{\"decision\":\"maybe\"}")
                .post("/api/v1/assessments/" + order.key() + "/decision")
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("violations[0].field", equalTo("decision"));
    }

    /** The form in which it is sent, and the one that the topic keeps: as it was sent, or what the broker is set up for. */
    @ParameterizedTest
    @CsvSource({"gzip, producer", "lz4, producer", "snappy,"})
    void readsOrdersHoweverTheyWereCompressed(String sent, @Nullable String kept) {
        TestOrder order = TestOrder.of("compressed", "20.00");
        try (TestTopic orders = new TestTopic("order.events.v1", sent);
                TestTopic verdicts = new TestTopic("fraud.events.v1")) {
            orders.set("compression.type", kept);
            orders.send(order.key(), order.headers("order.placed", 1), order.body());
            orders.records();
            orders.set("compression.type", null);
            await().until(() -> !of(order, verdicts).isEmpty());
        }
    }

    private static List<ConsumerRecord<byte[], byte[]>> of(TestOrder order, TestTopic topic) {
        return topic.records().stream()
                .filter(record -> order.key().equals(new String(record.key(), UTF_8)))
                .toList();
    }

    @Test
    void tellsOperatorsHowItIs() throws Exception {
        service.assertTellsOperators();
        given().get("/api/v1/flow").then().statusCode(200).body("unsent", notNullValue());
        given().get("/api/v1/parked").then().statusCode(200).body("items", empty());
    }
}
