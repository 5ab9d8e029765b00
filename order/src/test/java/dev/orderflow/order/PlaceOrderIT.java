package dev.orderflow.order;

import static dev.orderflow.dev.TestPatience.await;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orderflow.dev.TestServers;
import io.quarkus.grpc.GrpcService;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@WithTestResource(TestServers.class)
@WithTestResource(GrpcPort.class)
class PlaceOrderIT {

    @Inject
    @GrpcService
    FakeInventory inventory;

    @TestHTTPResource
    URI url = URI.create("");

    @BeforeEach
    void reset() {
        inventory.reset();
    }

    @Test
    void acceptsAnOrderWithThePricesOfInventory() {
        var book = inventory.product("49.99", "USD", 10);
        var pen = inventory.product("0.01", "USD", 10);

        var response = Api.post(Api.key(), Api.order(Api.item(book, 2), Api.item(pen, 1)));

        String id = response.then()
                .statusCode(201)
                .contentType("application/json")
                .header("ETag", "\"1\"")
                .header("Idempotency-Replayed", nullValue())
                .body("customer_id", equalTo("cust-1"))
                .body("state", equalTo("PENDING"))
                .body("items.product_id", equalTo(List.of(book, pen)))
                .body("items.quantity", equalTo(List.of(2, 1)))
                .body("items.price", equalTo(List.of("49.99", "0.01")))
                .body("total", equalTo("99.99"))
                .body("currency", equalTo("USD"))
                .body("placed_at", matchesPattern("\\d{4}-.*Z"))
                .extract()
                .path("order_id");
        response.then().header("Location", endsWith("/api/v1/orders/" + id));
        assertEquals(response.body().asString(), Api.get(id).body().asString());
        assertEquals(List.of(id), inventory.asked());
    }

    @Test
    void tellsTheWorldThatItWasPlaced() {
        var book = inventory.product("49.99", "USD", 10);
        var body = """
                {"customer_id":"cust-1","items":[{"product_id":"%s","quantity":2}],"contact":{"email":"Ann@Example.org"}}
                """.formatted(book);

        String id = given().contentType("application/json")
                .header("Idempotency-Key", Api.key())
                .header("X-Correlation-Id", "story-7")
                .body(body)
                .post("/api/v1/orders")
                .then()
                .statusCode(201)
                .header("X-Correlation-Id", "story-7")
                .extract()
                .path("order_id");

        assertEquals("story-7", inventory.story(id));
        var events = await().until(() -> Topics.published(id), it -> it.size() == 1);
        var placed = events.getFirst();
        assertEquals("order.placed", placed.type());
        assertEquals(1, placed.sequence());
        assertEquals("story-7", placed.header("ce_correlationid"));
        assertEquals(id, placed.body().get("order_id").textValue());
        assertEquals("99.98", placed.body().get("total").textValue());
        assertTrue(placed.body().get("contact_ref").textValue().matches("[0-9a-f]{64}"));
        assertTrue(!placed.record().value().toLowerCase(Locale.ROOT).contains("example.org"));
        assertEquals(
                List.of(), Schemas.violations(placed.type(), placed.record().value()));
    }

    @Test
    void addsLinesOfTheSameProductUp() {
        var book = inventory.product("1.00", "USD", 10);

        Api.post(Api.key(), Api.order(Api.item(book, 2), Api.item(book.toUpperCase(Locale.ROOT), 3)))
                .then()
                .statusCode(201)
                .body("items.quantity", equalTo(List.of(5)))
                .body("total", equalTo("5.00"));
    }

    @Test
    void sameKeyGetsTheSameAnswer() {
        var key = Api.key();
        var body = Api.order(Api.item(inventory.product("1.00", "USD", 10), 1));
        var first = Api.post(key, body);

        var second = Api.post("\"" + key + "\"", body.replace(",", " , "));

        second.then().statusCode(201).header("Idempotency-Replayed", "true").header("ETag", "\"1\"");
        assertEquals(first.header("Location"), second.header("Location"));
        assertEquals(first.body().asString(), second.body().asString());
        assertEquals(1, inventory.asked().size());
    }

    @Test
    void sameKeyForAnotherRequestIsRefused() {
        var key = Api.key();
        var book = inventory.product("1.00", "USD", 10);
        Api.post(key, Api.order(Api.item(book, 1))).then().statusCode(201);

        problem(Api.post(key, Api.order(Api.item(book, 2))), 422, "idempotency-key-reused");
    }

    @Test
    void namesTheLinesThatFallShort() {
        var rare = inventory.product("1.00", "USD", 2);
        var plenty = inventory.product("1.00", "USD", 100);
        var key = Api.key();
        var body = Api.order(Api.item(rare, 3), Api.item(plenty, 3));

        var first = Api.post(key, body);
        var second = Api.post(key, body);

        problem(first, 409, "out-of-stock")
                .then()
                .body("lines.size()", is(1))
                .body("lines[0].product_id", equalTo(rare))
                .body("lines[0].requested", equalTo(3))
                .body("lines[0].available", equalTo(2));
        // Decided once: the key gets the same answer again, even when there is enough meanwhile.
        assertEquals(first.body().asString(), second.body().asString());
        second.then().statusCode(409).header("Idempotency-Replayed", "true").contentType("application/problem+json");
        assertEquals(1, inventory.asked().size());
    }

    @Test
    void namesTheProductsThatDoNotExist() {
        var book = inventory.product("1.00", "USD", 2);

        problem(
                        Api.post(Api.key(), Api.order(Api.item(book, 1), Api.item("no-such-product", 1))),
                        422,
                        "unknown-product")
                .then()
                .body("product_ids", equalTo(List.of("no-such-product")));
    }

    @Test
    void refusesMixedCurrencies() {
        var dollar = inventory.product("1.00", "USD", 2);
        var euro = inventory.product("1.00", "EUR", 2);

        problem(Api.post(Api.key(), Api.order(Api.item(dollar, 1), Api.item(euro, 1))), 422, "mixed-currencies")
                .then()
                .body("currencies", containsInAnyOrder("USD", "EUR"));
    }

    @Test
    void refusesATotalThatCannotBeRepresentedAndReleasesTheStock() {
        var dear = inventory.product("92233720368547758.07", "USD", 10);

        problem(Api.post(Api.key(), Api.order(Api.item(dear, 2))), 422, "total-too-large");

        var orderId = inventory.asked().getFirst();
        await().until(() -> inventory.released().contains(orderId));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void refusesWhatIsMalformed(String name, String body, String field) {
        var response = problem(Api.post(Api.key(), body), 400, null);

        if (!field.isEmpty()) {
            response.then().body("violations.field", hasItem(field));
        }
        assertEquals(List.of(), inventory.asked());
    }

    @Test
    void saysWhereABodyCannotBeRead() {
        problem(Api.post(Api.key(), "{\"customer_id\":\n  oops}"), 400, null)
                .then()
                .body("detail", matchesPattern("The body cannot be read as JSON at line 2, column \\d+\\."));
    }

    static Stream<Arguments> malformed() {
        var item = Api.item("p-1", 1);
        return Stream.of(
                Arguments.of("no JSON", "{\"customer_id\":", ""),
                Arguments.of("no object", "[]", ""),
                Arguments.of("null", "null", ""),
                Arguments.of("nothing", "", ""),
                Arguments.of("something behind it", Api.order(item) + "{}", ""),
                Arguments.of("unknown field", "{\"customer_id\":\"c\",\"price\":1,\"items\":[" + item + "]}", ""),
                Arguments.of(
                        "field twice", "{\"customer_id\":\"c\",\"customer_id\":\"d\",\"items\":[" + item + "]}", ""),
                Arguments.of("no customer", "{\"items\":[" + item + "]}", "customer_id"),
                Arguments.of("blank customer", Api.orderOf(" ", item), "customer_id"),
                Arguments.of("NUL in customer", Api.orderOf("a\\u0000", item), "customer_id"),
                Arguments.of("long customer", Api.orderOf("c".repeat(65), item), "customer_id"),
                Arguments.of("customer as a number", "{\"customer_id\":1,\"items\":[" + item + "]}", ""),
                Arguments.of("no items field", "{\"customer_id\":\"c\"}", "items"),
                Arguments.of("no items", Api.order(), "items"),
                Arguments.of("null as item", Api.order("null"), "items[0].<list element>"),
                Arguments.of(
                        "too many items",
                        Api.order(Collections.nCopies(101, item).toArray(String[]::new)),
                        "items"),
                Arguments.of("no product", Api.order("{\"quantity\":1}"), "items[0].product_id"),
                Arguments.of("NUL in product", Api.order(Api.item("\\u0000", 1)), "items[0].product_id"),
                Arguments.of("no quantity", Api.order("{\"product_id\":\"p\"}"), "items[0].quantity"),
                Arguments.of("quantity 0", Api.order(Api.item("p", 0)), "items[0].quantity"),
                Arguments.of("negative quantity", Api.order(Api.item("p", -1)), "items[0].quantity"),
                Arguments.of("huge quantity", Api.order(Api.item("p", 1_000_001)), "items[0].quantity"),
                Arguments.of("huge in all", Api.order(Api.item("p", 1_000_000), Api.item("p", 1)), "items"),
                Arguments.of("beyond long", Api.order("{\"product_id\":\"p\",\"quantity\":99999999999999999999}"), ""),
                Arguments.of("broken quantity", Api.order("{\"product_id\":\"p\",\"quantity\":1.5}"), ""),
                Arguments.of("quantity as text", Api.order("{\"product_id\":\"p\",\"quantity\":\"2\"}"), ""),
                Arguments.of("bad email", contact("{\"email\":\"ann\"}"), "contact.email"),
                Arguments.of("NUL in email", contact("{\"email\":\"a\\u0000@b.example\"}"), "contact.email"),
                Arguments.of("bad phone", contact("{\"phone\":\"0800\"}"), "contact.phone"));
    }

    private static String contact(String contact) {
        return "{\"customer_id\":\"c\",\"items\":[" + Api.item("p", 1) + "],\"contact\":" + contact + "}";
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "\"\"", "\"open", "caf\u00e9"})
    void refusesAKeyThatIsNone(String key) {
        problem(Api.post(key, Api.order(Api.item("p", 1))), 400, null)
                .then()
                .body("violations[0].field", equalTo("Idempotency-Key"));
    }

    @Test
    void refusesAKeyThatIsMissingTooLongOrThereTwice() {
        var body = Api.order(Api.item("p", 1));

        problem(given().contentType("application/json").body(body).post("/api/v1/orders"), 400, null);
        problem(Api.post("k".repeat(256), body), 400, null);
        problem(
                given().contentType("application/json")
                        .headers("Idempotency-Key", "a", "Idempotency-Key", "b")
                        .body(body)
                        .post("/api/v1/orders"),
                400,
                null);
    }

    @Test
    void acceptsTheLongestKey() {
        var book = inventory.product("1.00", "USD", 10);

        Api.post("k".repeat(255), Api.order(Api.item(book, 1))).then().statusCode(201);
    }

    @Test
    void refusesABodyThatIsTooLarge() {
        problem(Api.post(Api.key(), Api.orderOf("c".repeat(70_000))), 413, "body-too-large");
    }

    /** Whoever sends in chunks has told no length before. */
    @Test
    void refusesABodyThatTurnsOutToBeTooLarge() throws IOException, InterruptedException {
        var refusal = chunked(Api.orderOf("c".repeat(200_000)));

        assertEquals(413, refusal.statusCode());
        assertEquals(List.of("application/problem+json"), refusal.headers().allValues("Content-Type"));
        assertEquals(1, refusal.headers().allValues("X-Correlation-Id").size());
        var problem = JsonPath.from(refusal.body());
        assertEquals("urn:orderflow:problem:body-too-large", problem.getString("type"));
        assertTrue(problem.getString("traceId").matches("[0-9a-f]{32}"));
    }

    @Test
    void acceptsAnOrderThatComesInChunks() throws IOException, InterruptedException {
        var book = inventory.product("1.00", "USD", 10);

        assertEquals(201, chunked(Api.order(Api.item(book, 1))).statusCode());
    }

    private HttpResponse<String> chunked(String text) throws IOException, InterruptedException {
        var body = text.getBytes(StandardCharsets.UTF_8);
        var request = HttpRequest.newBuilder(url.resolve("/api/v1/orders"))
                .version(HttpClient.Version.HTTP_1_1)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", Api.key())
                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))
                .build();
        try (var client = HttpClient.newHttpClient()) {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void refusesWhatIsNotJson() {
        problem(
                given().contentType("text/plain")
                        .header("Idempotency-Key", Api.key())
                        .body("hello")
                        .post("/api/v1/orders"),
                415,
                null);
        problem(given().delete("/api/v1/orders"), 405, null);
        problem(given().get("/api/v1/nothing"), 404, null);
    }

    /** Every error looks like this. */
    static Response problem(Response response, int status, @Nullable String type) {
        response.then()
                .statusCode(status)
                .contentType("application/problem+json")
                .header("X-Correlation-Id", matchesPattern(".+"))
                .body("status", equalTo(status))
                .body("title", matchesPattern(".+"))
                .body("traceId", matchesPattern("[0-9a-f]{32}"));
        if (type != null) {
            response.then().body("type", containsString(type));
        }
        return response;
    }
}
