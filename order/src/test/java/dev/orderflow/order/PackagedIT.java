package dev.orderflow.order;

import static dev.orderflow.dev.TestPatience.await;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orderflow.dev.TestPackage;
import dev.orderflow.dev.TestServers;
import dev.orderflow.proto.order.v1.GetContactRequest;
import dev.orderflow.proto.order.v1.OrderServiceGrpc;
import io.grpc.ManagedChannelBuilder;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The service as it is shipped, jar or executable: one story through everything that it is connected to. */
@Tag("package")
@QuarkusIntegrationTest
@WithTestResource(TestServers.class)
@WithTestResource(TestPackage.class)
@WithTestResource(InventoryAside.class)
class PackagedIT {

    @SuppressWarnings("NullAway.Init")
    TestPackage service;

    @Test
    void placesAnOrderAndSettlesIt() {
        String body = Api.order(Api.item(InventoryAside.LAMP, 2))
                .replace("\"items\"", "\"contact\":{\"email\":\"ann@example.com\"},\"items\"");
        String key = Api.key();
        String order = Api.post(key, body)
                .then()
                .statusCode(201)
                .body("state", equalTo("PENDING"))
                .body("total", equalTo("99.98"))
                .extract()
                .path("order_id");
        Api.post(key, body).then().statusCode(201).body("order_id", equalTo(order));
        Api.post(key, Api.order(Api.item(InventoryAside.LAMP, 3))).then().statusCode(422);
        assertEquals("ann@example.com", contact(order));

        try (Topics topics = new Topics()) {
            topics.publish(UUID.randomUUID(), "fraud.cleared", order, "{\"order_id\":\"" + order + "\"}");
            topics.publish(UUID.randomUUID(), "inventory.reserved", order, "{\"order_id\":\"" + order + "\"}");
            await().until(() -> Api.state(order).equals("CONFIRMED"));
            await().until(() -> Topics.published(order).size() == 2);
            Topics.published(order)
                    .forEach(event -> assertEquals(
                            List.of(),
                            Schemas.violations(event.type(), event.record().value())));
        }
        given().get("/api/v1/customers/cust-1/orders")
                .then()
                .statusCode(200)
                .body("orders[0].state", equalTo("CONFIRMED"));
    }

    @Test
    void saysWhatCannotBeDelivered() {
        Api.post(Api.key(), Api.order(Api.item(InventoryAside.SOLD_OUT, 2)))
                .then()
                .statusCode(409)
                .contentType("application/problem+json")
                .body("lines[0].product_id", equalTo(InventoryAside.SOLD_OUT))
                .body("lines[0].available", equalTo(1));
        Api.post(Api.key(), "{\"customer_id\":\"\",\"items\":[],\"colour\":1}")
                .then()
                .statusCode(400);
    }

    private String contact(String order) {
        var channel = ManagedChannelBuilder.forAddress("localhost", service.grpc())
                .usePlaintext()
                .build();
        try {
            return OrderServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(30, TimeUnit.SECONDS)
                    .getContact(GetContactRequest.newBuilder().setOrderId(order).build())
                    .getEmail();
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void tellsOperatorsHowItIs() throws Exception {
        service.assertTellsOperators();
        given().get("/api/v1/flow").then().statusCode(200).body("unsent", notNullValue());
        given().get("/api/v1/parked").then().statusCode(200).body("items", empty());
    }
}
