package dev.orderflow.order;

import static io.restassured.RestAssured.given;

import io.restassured.response.Response;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The service as a client uses it. */
final class Api {

    private Api() {}

    static String key() {
        return UUID.randomUUID().toString();
    }

    static String item(String productId, long quantity) {
        return "{\"product_id\":\"" + productId + "\",\"quantity\":" + quantity + "}";
    }

    static String order(String... items) {
        return orderOf("cust-1", items);
    }

    static String orderOf(String customer, String... items) {
        return "{\"customer_id\":\"" + customer + "\",\"items\":["
                + Stream.of(items).collect(Collectors.joining(",")) + "]}";
    }

    static Response post(String key, String body) {
        return given().contentType("application/json")
                .header("Idempotency-Key", key)
                .body(body)
                .post("/api/v1/orders");
    }

    /** Places an order that must be accepted. */
    static String place(String body) {
        return post(key(), body).then().statusCode(201).extract().path("order_id");
    }

    static Response get(String orderId) {
        return given().get("/api/v1/orders/" + orderId);
    }

    static String state(String orderId) {
        return get(orderId).then().statusCode(200).extract().path("state");
    }
}
