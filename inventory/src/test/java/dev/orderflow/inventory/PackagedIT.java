package dev.orderflow.inventory;

import static dev.orderflow.dev.TestPatience.await;
import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orderflow.contracts.EventSchemas;
import dev.orderflow.dev.TestPackage;
import dev.orderflow.dev.TestServers;
import dev.orderflow.dev.TestTopic;
import dev.orderflow.proto.inventory.v1.InventoryServiceGrpc;
import dev.orderflow.proto.inventory.v1.ReserveStockRequest;
import dev.orderflow.proto.inventory.v1.ReserveStockResponse;
import io.grpc.ManagedChannelBuilder;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
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
    void holdsBindsAndCommitsTheStockOfAnOrder() {
        String product = given().contentType("application/json")
                .header("Idempotency-Key", Stockroom.newId())
                .body("""
                        {"name":"Desk lamp","price":"49.99","currency":"USD","on_hand":10,"low_stock_threshold":9}""")
                .post("/api/v1/products")
                .then()
                .statusCode(201)
                .extract()
                .path("product_id");
        String order = Stockroom.newId();

        assertEquals(
                "49.99",
                reserve(order, product, 2)
                        .getReserved()
                        .getLines(0)
                        .getUnitPrice()
                        .getAmount());
        assertTrue(reserve(Stockroom.newId(), product, 9).hasInsufficientStock());

        try (TestTopic orders = new TestTopic("order.events.v1");
                TestTopic inventory = new TestTopic("inventory.events.v1")) {
            send(orders, "order.placed", order, product);
            send(orders, "order.confirmed", order, product);
            orders.records();
            await().until(() -> types(inventory).contains("inventory.committed"));
            assertTrue(types(inventory).contains("inventory.low_stock"), () -> types(inventory)
                    .toString());
            inventory
                    .records()
                    .forEach(record -> assertEquals(
                            List.of(), EventSchemas.violations(TestTopic.header(record, "ce_type"), record.value())));
        }
        given().get("/api/v1/products/" + product)
                .then()
                .statusCode(200)
                .body("on_hand", equalTo(8))
                .body("reserved", equalTo(0));
        given().get("/api/v1/products").then().statusCode(200).body("items[0].name", equalTo("Desk lamp"));
    }

    private ReserveStockResponse reserve(String order, String product, long quantity) {
        var channel = ManagedChannelBuilder.forAddress("localhost", service.grpc())
                .usePlaintext()
                .build();
        try {
            return InventoryServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(30, TimeUnit.SECONDS)
                    .reserveStock(ReserveStockRequest.newBuilder()
                            .setOrderId(order)
                            .addLines(Stockroom.line(product, quantity))
                            .build());
        } finally {
            channel.shutdownNow();
        }
    }

    private static void send(TestTopic orders, String type, String order, String product) {
        var record = Kafka.event(type, order, Map.of(product, 2L));
        Map<String, String> headers = List.of(record.headers().toArray()).stream()
                .collect(Collectors.toMap(header -> header.key(), header -> new String(header.value(), UTF_8)));
        orders.send(order, headers, record.value());
    }

    private static List<String> types(TestTopic topic) {
        return topic.records().stream()
                .map(record -> TestTopic.header(record, "ce_type"))
                .toList();
    }

    @Test
    void tellsOperatorsHowItIs() throws Exception {
        service.assertTellsOperators();
        given().get("/api/v1/flow").then().statusCode(200).body("unsent", notNullValue());
        given().get("/api/v1/parked").then().statusCode(200).body("items", empty());
    }
}
