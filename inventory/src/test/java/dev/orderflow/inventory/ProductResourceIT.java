package dev.orderflow.inventory;

import static dev.orderflow.dev.TestPatience.await;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orderflow.dev.TestServers;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@WithTestResource(TestServers.class)
@WithTestResource(GrpcPort.class)
class ProductResourceIT {

    private static final String PRODUCTS = "/api/v1/products";
    private static final String LAMP = """
            {"name":"Desk lamp","price":"49.99","currency":"USD","on_hand":10,"low_stock_threshold":3}""";

    @TestHTTPResource
    URI url = URI.create("");

    private final Stockroom stockroom = new Stockroom();
    private final Kafka kafka = new Kafka();

    @AfterEach
    void addsUp() {
        assertEquals(List.of(), stockroom.discrepancies());
        stockroom.close();
        kafka.close();
    }

    @Test
    void createdProductCanBeRead() {
        Response created = keyed(Stockroom.newId()).body(LAMP).post(PRODUCTS);

        created.then().statusCode(201).header("ETag", "\"1\"").header("Idempotency-Replayed", nullValue());
        given().get(created.header("Location"))
                .then()
                .statusCode(200)
                .header("ETag", "\"1\"")
                .body("product_id", equalTo(created.path("product_id")))
                .body("name", equalTo("Desk lamp"))
                .body("price", equalTo("49.99"))
                .body("currency", equalTo("USD"))
                .body("on_hand", equalTo(10))
                .body("reserved", equalTo(0))
                .body("available", equalTo(10))
                .body("low_stock_threshold", equalTo(3))
                .body("$", not(hasKey("version")));
    }

    @Test
    void firstUnitsAreTold() {
        String id = create(LAMP);

        await().until(() -> kafka.of(id).size() == 1);
        assertEquals(List.of(), Kafka.violations(kafka.of(id).getFirst()));
        assertEquals("""
                {"product_id":"%s","name":"Desk lamp","quantity":10,"on_hand":10}""".formatted(id), Kafka.text(kafka.of(id).getFirst().value()));
    }

    @Test
    void restockAddsUnitsAndTells() {
        String id = create(LAMP);

        given().header("Idempotency-Key", Stockroom.newId())
                .header("X-Correlation-Id", "story-7")
                .contentType("application/json")
                .body("{\"quantity\":5}")
                .post(PRODUCTS + "/" + id + "/restock")
                .then()
                .statusCode(200)
                .header("ETag", "\"2\"")
                .header("X-Correlation-Id", "story-7")
                .body("on_hand", equalTo(15));

        await().until(() -> kafka.of(id).size() == 2);
        assertEquals(List.of("inventory.restocked", "inventory.restocked"), kafka.typesOf(id));
        assertEquals("story-7", Kafka.headers(kafka.of(id).getLast()).get("ce_correlationid"));
        assertEquals(List.of(), Kafka.violations(kafka.of(id).getLast()));
    }

    @Test
    void repeatGetsTheFirstAnswer() {
        String id = create(LAMP);
        String key = Stockroom.newId();
        Response first = restock(key, id, 5);
        restock(Stockroom.newId(), id, 1);

        Response repeat = restock(key, id, 5);

        assertEquals(first.body().asString(), repeat.body().asString());
        repeat.then().statusCode(200).header("Idempotency-Replayed", "true").header("ETag", "\"2\"");
        assertEquals(16, stockroom.onHand(id));
    }

    @Test
    void repeatOfACreationGetsTheSameProduct() {
        String key = Stockroom.newId();
        Response first = keyed(key).body(LAMP).post(PRODUCTS);

        Response repeat =
                keyed("\"" + key + "\"").body(LAMP.replace(":", " : ")).post(PRODUCTS);

        assertEquals(first.body().asString(), repeat.body().asString());
        assertEquals(first.header("Location"), repeat.header("Location"));
        repeat.then().statusCode(201).header("Idempotency-Replayed", "true");
    }

    @Test
    void concurrentRepeatsHaveOneEffect() throws Exception {
        String id = create(LAMP);
        String key = Stockroom.newId();
        List<Callable<Response>> calls = IntStream.range(0, 16)
                .mapToObj(i -> (Callable<Response>) () -> restock(key, id, 5))
                .toList();
        Set<String> bodies = new HashSet<>();
        int replayed = 0;
        try (var threads = Executors.newFixedThreadPool(16)) {
            for (Future<Response> answer : threads.invokeAll(calls)) {
                assertEquals(200, answer.get().statusCode());
                bodies.add(answer.get().body().asString());
                replayed += answer.get().header("Idempotency-Replayed") == null ? 0 : 1;
            }
        }
        assertEquals(15, stockroom.onHand(id));
        assertEquals(1, bodies.size());
        assertEquals(15, replayed);
    }

    @Test
    void keyOfAnotherRequestIsRefused() {
        String id = create(LAMP);
        String key = Stockroom.newId();
        restock(key, id, 5);

        problem(restock(key, id, 6), 422, "urn:orderflow:problem:idempotency-key-reused");
        problem(restock(key, create(LAMP), 5), 422, "urn:orderflow:problem:idempotency-key-reused");
        problem(keyed(key).body(LAMP).post(PRODUCTS), 422, "urn:orderflow:problem:idempotency-key-reused");
        assertEquals(15, stockroom.onHand(id));
    }

    @Test
    void refusalIsNotRemembered() {
        String id = create(LAMP.replace("\"on_hand\":10", "\"on_hand\":1000000000"));
        String key = Stockroom.newId();
        problem(restock(key, id, 1), 422, "urn:orderflow:problem:stock-too-large");
        stockroom.execute("update products set on_hand = 5 where id = ?::uuid", id);

        restock(key, id, 1).then().statusCode(200).header("Idempotency-Replayed", nullValue());

        assertEquals(6, stockroom.onHand(id));
    }

    @Test
    void databaseThatGoesAwayIsAProblemAndTheRepeatSettlesIt() throws Exception {
        String id = create(LAMP);
        String key = Stockroom.newId();
        try (var caller = Executors.newSingleThreadExecutor();
                var _ = stockroom.blocking(id)) {
            Future<Response> call = caller.submit(() -> restock(key, id, 5));
            await().until(() -> stockroom.waiting() == 1);
            stockroom.disconnectWaiting();
            problem(call.get(), 503, "urn:orderflow:problem:database-unavailable");
            assertEquals("2", call.get().header("Retry-After"));
        }

        restock(key, id, 5).then().statusCode(200).header("Idempotency-Replayed", nullValue());
        assertEquals(15, stockroom.onHand(id));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "with blank", "ümlaut", "\"", "a\\b"})
    void keyHasToBeOne(String key) {
        violation(keyed(key).body(LAMP).post(PRODUCTS), "Idempotency-Key");
    }

    @Test
    void keyHasToBeThereAndShort() {
        String id = create(LAMP);
        violation(json().body(LAMP).post(PRODUCTS), "Idempotency-Key");
        violation(json().body("{\"quantity\":1}").post(PRODUCTS + "/" + id + "/restock"), "Idempotency-Key");
        violation(keyed("k".repeat(256)).body(LAMP).post(PRODUCTS), "Idempotency-Key");
        keyed("k".repeat(219) + Stockroom.newId())
                .body(LAMP)
                .post(PRODUCTS)
                .then()
                .statusCode(201);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "name      | \"name\":\"Desk lamp\"    | \"name\":\" \"",
                "name      | \"name\":\"Desk lamp\"    | \"name\":null",
                "name      | \"name\":\"Desk lamp\"    | \"name\":\"a\\u0000b\"",
                "name      | \"name\":\"Desk lamp\"    | \"name\":\"a\\nb\"",
                "price     | \"price\":\"49.99\"       | \"price\":\"49.999\"",
                "price     | \"price\":\"49.99\"       | \"price\":\"-1\"",
                "price     | \"price\":\"49.99\"       | \"price\":\"1e3\"",
                "price     | \"price\":\"49.99\"       | \"price\":\"0x1\"",
                "price     | \"price\":\"49.99\"       | \"price\":\"\"",
                "price     | \"price\":\"49.99\"       | \"price\":\"99999999999999999\"",
                "price     | \"price\":\"49.99\"       | \"price\":\"9999999999999999\"",
                "currency  | \"currency\":\"USD\"      | \"currency\":\"usd\"",
                "currency  | \"currency\":\"USD\"      | \"currency\":\"ZZZ\"",
                "currency  | \"currency\":\"USD\"      | \"currency\":\"XAU\"",
                "on_hand   | \"on_hand\":10            | \"on_hand\":-1",
                "on_hand   | \"on_hand\":10            | \"on_hand\":1000000001",
                "on_hand   | \"on_hand\":10            | \"on_hand\":null",
                "low_stock_threshold | \"low_stock_threshold\":3 | \"low_stock_threshold\":-1",
            })
    void fieldThatIsWrongIsNamed(String field, String right, String wrong) {
        violation(keyed(Stockroom.newId()).body(LAMP.replace(right, wrong)).post(PRODUCTS), field);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "null",
                "\"text\"",
                "{\"quantity\":1.5}",
                "{\"quantity\":\"1\"}",
                "{\"quantity\":99999999999999999999}",
                "{\"quantity\":1,\"quantity\":2}",
                "{\"quantity\":1,\"colour\":\"red\"}",
                "{\"quantity\":1} {}",
                "{\"quantity\":0}",
                "{\"quantity\":-1}",
                "{\"quantity\":1000000001}",
                "{}",
            })
    void malformedRestockIsTheCallersMistake(String body) {
        String id = create(LAMP);

        Response answer = keyed(Stockroom.newId()).body(body).post(PRODUCTS + "/" + id + "/restock");

        problem(answer, 400, null);
        assertEquals(10, stockroom.onHand(id));
    }

    @Test
    void priceThatIsANumberIsRefused() {
        problem(
                keyed(Stockroom.newId())
                        .body(LAMP.replace("\"49.99\"", "49.99"))
                        .post(PRODUCTS),
                400,
                null);
    }

    @Test
    void nameThatIsTooLongIsNamed() {
        violation(
                keyed(Stockroom.newId())
                        .body(LAMP.replace("Desk", "x".repeat(200)))
                        .post(PRODUCTS),
                "name");
    }

    @Test
    void oversizedBodyIsRefused() {
        problem(
                keyed(Stockroom.newId())
                        .body(LAMP.replace("Desk", "x".repeat(20_000)))
                        .post(PRODUCTS),
                413,
                null);
    }

    /** Whoever sends in chunks has told no length before. */
    @Test
    void bodyThatTurnsOutToBeOversizedIsRefused() throws Exception {
        HttpResponse<String> refusal = chunked(LAMP.replace("Desk", "x".repeat(200_000)));

        assertEquals(413, refusal.statusCode());
        assertEquals(List.of("application/problem+json"), refusal.headers().allValues("Content-Type"));
        JsonPath problem = JsonPath.from(refusal.body());
        assertEquals("urn:orderflow:problem:body-too-large", problem.getString("type"));
        assertTrue(problem.getString("traceId").matches("[0-9a-f]{32}"));
        assertEquals(201, chunked(LAMP).statusCode());
    }

    private HttpResponse<String> chunked(String text) throws Exception {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        HttpRequest request = HttpRequest.newBuilder(url.resolve(PRODUCTS))
                .version(HttpClient.Version.HTTP_1_1)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", Stockroom.newId())
                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void whatTakesTooLongIsAProblemInTime() throws Exception {
        String id = create(LAMP);
        String key = Stockroom.newId();
        try (Connection holder = stockroom.connect();
                Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute("lock table products in access exclusive mode");

            for (String path : List.of(PRODUCTS, PRODUCTS + "/" + id)) {
                problem(given().get(path), 504, "urn:orderflow:problem:too-slow");
            }
            Response slow = restock(key, id, 5);
            problem(slow, 504, "urn:orderflow:problem:too-slow");
            assertEquals("2", slow.header("Retry-After"));

            holder.rollback();
        }
        await().until(() -> stockroom.working() == 0);
        restock(key, id, 5).then().statusCode(200).body("on_hand", equalTo(15));
        assertEquals(15, stockroom.onHand(id));
    }

    @Test
    void whatIsNotThereIsAProblem() {
        problem(given().get(PRODUCTS + "/" + Stockroom.newId()), 404, "urn:orderflow:problem:not-found");
        problem(given().get(PRODUCTS + "/17"), 404, "urn:orderflow:problem:not-found");
        problem(restock(Stockroom.newId(), Stockroom.newId(), 1), 404, "urn:orderflow:problem:not-found");
        problem(given().get("/api/v1/nothing"), 404, null);
        problem(given().delete(PRODUCTS), 405, null);
        problem(given().contentType("text/plain").body("x").post(PRODUCTS), 415, null);
    }

    @Test
    void newPriceNeedsTheVersionThatWasSeenIfOneIsNamed() {
        String id = create(LAMP);
        String path = PRODUCTS + "/" + id + "/price";
        String price = "{\"price\":\"44.50\",\"currency\":\"USD\"}";

        problem(json().header("If-Match", "\"7\"").body(price).put(path), 412, "urn:orderflow:problem:version-changed");
        problem(json().header("If-Match", "W/\"1\"").body(price).put(path), 412, null);
        json().header("If-Match", "\"1\"")
                .body(price)
                .put(path)
                .then()
                .statusCode(200)
                .header("ETag", "\"2\"")
                .body("price", equalTo("44.50"));
        json().header("If-Match", "*").body(price).put(path).then().statusCode(200);
        json().body(price.replace("44.50", "45"))
                .put(path)
                .then()
                .statusCode(200)
                .body("price", equalTo("45.00"));
        problem(json().body(price).put(PRODUCTS + "/" + Stockroom.newId() + "/price"), 404, null);
        violation(json().body(price.replace("44.50", "1.001")).put(path), "price");
    }

    @Test
    void unchangedProductIsNotSentAgain() {
        String id = create(LAMP);

        given().header("If-None-Match", "\"1\"").get(PRODUCTS + "/" + id).then().statusCode(304);
        stockroom.reserve(Stockroom.newId(), Stockroom.line(id, 1));
        given().header("If-None-Match", "\"1\"")
                .get(PRODUCTS + "/" + id)
                .then()
                .statusCode(200)
                .header("ETag", "\"2\"")
                .body("available", equalTo(9));
    }

    @Test
    void pagesLeadThroughTheWholeCatalogueOnce() {
        List<String> created = IntStream.range(0, 7).mapToObj(i -> create(LAMP)).toList();
        List<String> listed = new ArrayList<>();
        String next = PRODUCTS + "?limit=3";
        while (next != null) {
            Response page = given().get(next);
            page.then().statusCode(200);
            List<String> ids = page.path("items.product_id");
            assertTrue(ids.size() <= 3);
            listed.addAll(ids);
            next = page.path("next");
        }

        assertTrue(listed.containsAll(created));
        assertEquals(listed.size(), new HashSet<>(listed).size());
    }

    @Test
    void pageIsBounded() {
        problem(given().get(PRODUCTS + "?limit=0"), 400, null);
        problem(given().get(PRODUCTS + "?limit=201"), 400, null);
        problem(given().get(PRODUCTS + "?cursor=x"), 400, null);
        for (String limit : List.of("x", "1.5", "-1", "9999999999")) {
            violation(given().get(PRODUCTS + "?limit=" + limit), "limit");
        }
        for (String parameter : List.of("limit", "after")) {
            problem(given().get("/api/v1/parked?" + parameter + "=x"), 400, null);
        }
    }

    private static RequestSpecification json() {
        return given().contentType("application/json");
    }

    private static RequestSpecification keyed(String key) {
        return json().header("Idempotency-Key", key);
    }

    private static String create(String product) {
        return keyed(Stockroom.newId())
                .body(product)
                .post(PRODUCTS)
                .then()
                .statusCode(201)
                .extract()
                .path("product_id");
    }

    private static Response restock(String key, String product, long quantity) {
        return keyed(key).body("{\"quantity\":%d}".formatted(quantity)).post(PRODUCTS + "/" + product + "/restock");
    }

    private static void violation(Response response, String field) {
        problem(response, 400, null).body("violations.field", hasItem(equalTo(field)));
    }

    private static ValidatableResponse problem(Response response, int status, @Nullable String type) {
        ValidatableResponse checked = response.then()
                .statusCode(status)
                .contentType(startsWith("application/problem+json"))
                .body("status", equalTo(status))
                .body("title", notNullValue())
                .body("traceId", matchesPattern("[0-9a-f]{32}"));
        return type == null ? checked : checked.body("type", equalTo(type));
    }
}
