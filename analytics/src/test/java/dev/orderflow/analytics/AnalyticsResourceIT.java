package dev.orderflow.analytics;

import static dev.orderflow.dev.TestPatience.await;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.blankOrNullString;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orderflow.dev.TestServers;
import dev.orderflow.dev.TestSql;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@WithTestResource(TestServers.class)
class AnalyticsResourceIT {

    private static final String PATH = "/api/v1/analytics/";

    @Inject
    AgroalDataSource database;

    @ConfigProperty(name = "quarkus.management.test-port")
    int managementPort;

    private AnalyticsFixture analytics;

    @BeforeEach
    void open() {
        analytics = new AnalyticsFixture(database);
    }

    @AfterEach
    void close() {
        analytics.close();
    }

    @Test
    void tellsTheStoryOfAnOrder() {
        UUID order = TestEvent.id();
        UUID lamp = TestEvent.id();
        Instant placedAt = Instant.parse("2026-04-01T08:30:15.250Z");
        JsonPath before =
                given().get(PATH + "summary").then().statusCode(200).extract().jsonPath();
        String body = TestEvent.order(order, lamp, 2, "49.99", "USD", "");
        analytics.send(List.of(
                TestEvent.restocked(lamp, 1, placedAt.minusSeconds(60), "Desk lamp", 50),
                TestEvent.of("order.placed", order.toString(), 1, placedAt, body),
                TestEvent.of("inventory.reserved", order.toString(), 1, placedAt.plusSeconds(1), body),
                TestEvent.of("order.confirmed", order.toString(), 2, placedAt.plusSeconds(50), body)));
        int others = analytics.awaitEverythingBefore() / TestEvent.TOPICS.size();

        JsonPath after = given().get(PATH + "summary")
                .then()
                .statusCode(200)
                .body("last_event_at", notNullValue())
                .extract()
                .jsonPath();
        assertEquals(before.getLong("orders.placed") + 1 + others, after.getLong("orders.placed"));
        assertEquals(before.getLong("orders.confirmed") + 1, after.getLong("orders.confirmed"));
        assertEquals(before.getLong("open") + others, after.getLong("open"));
        assertEquals(1 + count(before, "inventory.restocked"), count(after, "inventory.restocked"));

        given().queryParam("from", "2026-04-01T08:30:59+00:00")
                .queryParam("to", "2026-04-01T08:32:00Z")
                .get(PATH + "minutes")
                .then()
                .statusCode(200)
                .body("items", hasSize(2))
                .body("items.minute", contains("2026-04-01T08:30:00Z", "2026-04-01T08:31:00Z"))
                .body("items[0].orders.placed", equalTo(1))
                .body("items[0].orders.confirmed", equalTo(0))
                .body("items[1].orders.confirmed", equalTo(1))
                .body("items[1].orders.revenue[0].amount", equalTo("99.98"))
                .body("items[1].orders.revenue[0].currency", equalTo("USD"))
                .body("next", nullValue());

        given().queryParam("limit", 1000)
                .get(PATH + "products")
                .then()
                .statusCode(200)
                .rootPath("items.find { it.product_id == '%s' }".formatted(lamp))
                .body("name", equalTo("Desk lamp"))
                .body("units.ordered", equalTo(2))
                .body("units.confirmed", equalTo(2))
                .body("units.reserved", equalTo(2))
                .body("units.restocked", equalTo(50))
                .body("ordered[0].amount", equalTo("99.98"))
                .body("revenue[0].amount", equalTo("99.98"));

        given().queryParam("order_id", order.toString())
                .get(PATH + "events")
                .then()
                .statusCode(200)
                .body("items", hasSize(3))
                .body(
                        "items.event_type.findAll { it.startsWith('order.') }",
                        contains("order.placed", "order.confirmed"))
                .body("items[0].body.total", equalTo("99.98"))
                .body("items[0].occurred_at", not(blankOrNullString()))
                .body("items[0].correlation_id", equalTo("story-of-" + order));
        given().queryParam("order_id", order.toString())
                .queryParam("type", "order.confirmed")
                .get(PATH + "events")
                .then()
                .body("items.sequence", contains(2));
    }

    @Test
    void everyListGoesOnWhereItsPageEnded() {
        List<UUID> lamps = new ArrayList<>();
        UUID order = TestEvent.id();
        for (int i = 0; i < 7; i++) {
            UUID lamp = TestEvent.id();
            lamps.add(lamp);
            Instant at = Instant.parse("2026-05-01T00:00:00Z").plusSeconds(90L * i);
            analytics.send(TestEvent.restocked(lamp, 1, at, "Paged lamp \u00e4 " + i % 2, 5 + i % 3));
            analytics.send(TestEvent.of(
                    "order.placed", order.toString(), i + 1, at, TestEvent.order(order, lamp, 1, "1.00", "USD", "")));
        }
        analytics.awaitEverythingBefore();

        List<String> minutes =
                all(PATH + "minutes?from=2026-05-01T00:00:00Z&to=2026-05-02T00:00:00Z&limit=2", "items.minute");
        assertEquals(7, minutes.size());
        assertEquals(minutes.stream().sorted().toList(), minutes);

        List<String> log = all(PATH + "events?order_id=" + order + "&limit=3", "items.event_id");
        assertEquals(7, Set.copyOf(log).size());
        List<String> latest = all(PATH + "events?type=inventory.restocked&limit=3", "items.event_id");
        assertEquals(latest.size(), Set.copyOf(latest).size());
        assertTrue(latest.size() >= 7);

        for (String sort : List.of(
                "units_confirmed", "units_ordered", "units_cancelled", "units_restocked", "low_stock", "name")) {
            List<String> paged = all(PATH + "products?limit=3&sort=" + sort, "items.product_id");
            assertEquals(all(PATH + "products?limit=1000&sort=" + sort, "items.product_id"), paged, sort);
            assertTrue(paged.containsAll(lamps.stream().map(UUID::toString).toList()), sort);
        }
        List<Integer> restocked = given().get(PATH + "products?limit=1000&sort=units_restocked")
                .jsonPath()
                .getList("items.units.restocked");
        assertEquals(restocked.stream().sorted(Comparator.reverseOrder()).toList(), restocked);
    }

    @Test
    void withoutASpanItIsTheLastHour() {
        UUID order = TestEvent.id();
        analytics.send(TestEvent.of(
                "order.placed",
                order.toString(),
                1,
                Instant.now(),
                TestEvent.order(order, TestEvent.id(), 1, "1.00", "USD", "")));
        analytics.awaitEverythingBefore();

        given().get(PATH + "minutes").then().statusCode(200).body("items.orders.placed.sum()", greaterThanOrEqualTo(1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "minutes?from=yesterday",
                "minutes?to=2026-13-01T00:00:00Z",
                "minutes?to=2026-01-01",
                "minutes?from=+999999999-12-31T23:59:59Z",
                "minutes?from=-999999999-12-31T23:59:59Z",
                "minutes?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
                "minutes?limit=0",
                "minutes?limit=1001",
                "minutes?limit=x",
                "products?sort=price",
                "products?limit=-1",
                "products?cursor=x",
                "products?cursor=!!",
                "products?cursor=MDE5OGM3YjItNmYxZS03YTEwLTlkM2MtNWIxZjBjNGUyYTc3IHg",
                "products?sort=name&cursor=MDE5OGM3YjItNmYxZS03YTEwLTlkM2MtNWIxZjBjNGUyYTc3IAA",
                "events?order_id=x",
                "events?order_id=1-1-1-1-1",
                "events?type=ORDER",
                "events?type=%00",
                "events?cursor=x",
                "events?cursor=99999999999999999999",
                "events?limit=99999999999",
            })
    void refusesWhatItCannotRead(String query) {
        given().urlEncodingEnabled(false)
                .get(PATH + query.replace("+", "%2B"))
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("status", equalTo(400))
                .body("title", not(blankOrNullString()))
                .body("violations.in", hasItem("query"))
                .body("violations.field", hasItem(parameterOf(query)))
                .body("traceId", not(blankOrNullString()));
    }

    /** The one that is wrong: the last, but of a span the first. */
    private static String parameterOf(String query) {
        String[] parameters = query.substring(query.indexOf('?') + 1).split("&", -1);
        String wrong = query.contains("&to=") ? parameters[0] : parameters[parameters.length - 1];
        return wrong.substring(0, wrong.indexOf('='));
    }

    @Test
    void whileTheDatabaseIsAwayTheAnswerSaysWhenToAskAgain() throws Exception {
        new TestSql(database).whileAway(() -> given().get(PATH + "summary")
                .then()
                .statusCode(503)
                .contentType("application/problem+json")
                .header("Retry-After", "2")
                .body("traceId", matchesPattern("[0-9a-f]{32}")));

        await().until(() -> given().get(PATH + "summary").statusCode() == 200);
    }

    /** The lock is held until the answer is there. */
    @Test
    @Timeout(60)
    void aTableThatIsLockedCostsBoundedTime() throws Exception {
        new TestSql(database).whileLocked("totals", () -> given().get(PATH + "summary")
                .then()
                .statusCode(503)
                .contentType("application/problem+json")
                .header("Retry-After", "2"));
    }

    @Test
    void isDescribedByOpenApiWithExamples() {
        given().port(managementPort)
                .get("/q/openapi?format=json")
                .then()
                .statusCode(200)
                .body("openapi", startsWith("3.1"))
                .body(
                        "paths.'/api/v1/analytics/summary'.get.responses.'200'.content.'application/json'.example",
                        notNullValue())
                .body(
                        "paths.'/api/v1/analytics/minutes'.get.responses.'200'.content.'application/json'.example",
                        notNullValue())
                .body(
                        "paths.'/api/v1/analytics/products'.get.responses.'200'.content.'application/json'.example",
                        notNullValue())
                .body(
                        "paths.'/api/v1/analytics/events'.get.responses.'200'.content.'application/json'.example",
                        notNullValue())
                .body("components.responses.BadRequest.content.'application/problem+json'.example.status", equalTo(400))
                .body("components.responses.Unavailable.headers.'Retry-After'", notNullValue());
    }

    @Test
    void whatIsNotThereIsAProblemToo() {
        given().get(PATH + "nothing").then().statusCode(404).contentType("application/problem+json");
        given().delete(PATH + "summary").then().statusCode(405).contentType("application/problem+json");
        given().get(PATH + "events?order_id=" + UUID.randomUUID())
                .then()
                .statusCode(200)
                .body("items", hasSize(0));
    }

    private static long count(JsonPath summary, String type) {
        Integer events = summary.get("events['" + type + "']");
        return events == null ? 0 : events;
    }

    /** A property of the items of all pages. */
    private static List<String> all(String path, String property) {
        List<String> found = new ArrayList<>();
        @Nullable String next = path;
        while (next != null) {
            JsonPath page = given().urlEncodingEnabled(false)
                    .get(next)
                    .then()
                    .statusCode(200)
                    .extract()
                    .jsonPath();
            found.addAll(page.getList(property));
            next = page.getString("next");
        }
        return found;
    }
}
