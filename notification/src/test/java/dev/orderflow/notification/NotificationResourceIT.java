package dev.orderflow.notification;

import static dev.orderflow.dev.TestPatience.await;
import static io.restassured.RestAssured.get;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orderflow.dev.TestServers;
import dev.orderflow.dev.TestSql;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.hamcrest.Matchers;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading over HTTP; the rows are made here, finished ones that no sender touches. */
@QuarkusTest
@WithTestResource(TestServers.class)
@WithTestResource(Outside.class)
class NotificationResourceIT {

    @Inject
    AgroalDataSource database;

    @ConfigProperty(name = "quarkus.management.test-port")
    int managementPort;

    private final String orderId = TestEvents.id().toString();

    @BeforeEach
    void empty() {
        sql().execute("delete from notification");
    }

    @Test
    void listsWhatWasToldAboutAnOrder() {
        insert(orderId, "placed", "sent", null);
        insert(orderId, "cancelled", "failed", "rejected");
        insert(TestEvents.id().toString(), "placed", "sent", null);

        get("/api/v1/orders/" + orderId + "/notifications")
                .then()
                .statusCode(200)
                .body("notifications.state", contains("placed", "cancelled"))
                .body("notifications.delivery", contains("sent", "failed"))
                .body("notifications.reason", contains(nullValue(), equalTo("rejected")))
                .body("notifications[0].order_id", equalTo(orderId))
                .body("notifications[0].notification_id", notNullValue())
                .body("notifications[0].channel", equalTo("email"))
                .body("notifications[0].recipient", equalTo("a***@example.com"))
                .body("notifications[0].attempts", equalTo(1))
                .body("notifications[0].created_at", matchesPattern("....-..-..T..:..:..*Z"))
                .body("notifications[0].finished_at", matchesPattern("....-..-..T..:..:..*Z"));
    }

    @Test
    void listsNothingAboutAnOrderThatItHasNotHeardOf() {
        get("/api/v1/orders/" + orderId + "/notifications")
                .then()
                .statusCode(200)
                .body("notifications", Matchers.empty());
    }

    @Test
    void pagesThroughAllOfThemTheLatestFirst() {
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            made.addFirst(insert(TestEvents.id().toString(), "placed", "sent", null));
        }

        List<String> read = new ArrayList<>();
        for (String next = "/api/v1/notifications?limit=2"; next != null; ) {
            ValidatableResponse page = get(next).then().statusCode(200);
            read.addAll(page.extract().path("notifications.order_id"));
            next = page.extract().path("next");
        }

        assertEquals(made, read);
    }

    @Test
    void filtersAndKeepsTheFilterInTheNextLink() {
        String first = insert(TestEvents.id().toString(), "placed", "failed", "rejected");
        String second = insert(TestEvents.id().toString(), "placed", "failed", "rejected");
        insert(TestEvents.id().toString(), "placed", "sent", null);
        insert(TestEvents.id().toString(), "confirmed", "failed", "rejected");

        String next = get("/api/v1/notifications?state=placed&delivery=failed&limit=1")
                .then()
                .body("notifications.order_id", contains(second))
                .extract()
                .path("next");

        get(next).then().body("notifications.order_id", contains(first)).body("next", nullValue());
    }

    @Test
    void anAnswerNamesTheStoryOfItsRequest() {
        given().header("X-Correlation-Id", "story-7")
                .get("/api/v1/notifications")
                .then()
                .header("X-Correlation-Id", "story-7");
        get("/api/v1/notifications").then().header("X-Correlation-Id", notNullValue());
    }

    @Test
    void anIdThatNoOrderCanHaveIsNotFound() {
        get("/api/v1/orders/42/notifications")
                .then()
                .statusCode(404)
                .contentType("application/problem+json")
                .body("title", equalTo("Not found"))
                .body("traceId", matchesPattern("[0-9a-f]{32}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"limit=0", "limit=101", "limit=many", "cursor=x", "cursor=-1", "state=lost", "delivery=SENT"})
    void aParameterThatMakesNoSenseIsAProblem(String parameter) {
        given().urlEncodingEnabled(false)
                .get("/api/v1/notifications?" + parameter)
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("violations[0].in", equalTo("query"))
                .body("violations[0].field", equalTo(parameter.substring(0, parameter.indexOf('='))));
    }

    @Test
    void whileTheDatabaseIsAwayTheAnswerSaysWhenToAskAgain() throws Exception {
        new TestSql(database).whileAway(() -> given().get("/api/v1/notifications")
                .then()
                .statusCode(503)
                .contentType("application/problem+json")
                .header("Retry-After", "2")
                .body("traceId", matchesPattern("[0-9a-f]{32}")));

        await().until(() -> given().get("/api/v1/notifications").statusCode() == 200);
    }

    /** The lock is held until the answer is there. */
    @Test
    @Timeout(60)
    void aTableThatIsLockedCostsBoundedTime() throws Exception {
        new TestSql(database).whileLocked("notification", () -> given().get("/api/v1/notifications")
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
                        "paths.'/api/v1/notifications'.get.responses.'200'.content.'application/json'.example",
                        notNullValue())
                .body(
                        "paths.'/api/v1/orders/{order_id}/notifications'.get.responses.'200'.content.'application/json'.example",
                        notNullValue())
                .body("paths.'/api/v1/notifications'.get.parameters.name", hasItems("limit", "cursor"))
                .body("components.responses.BadRequest.content.'application/problem+json'.example.status", equalTo(400))
                .body("components.responses.Unavailable.headers.'Retry-After'", notNullValue());
    }

    private TestSql sql() {
        return new TestSql(database);
    }

    private String insert(String order, String state, String delivery, @Nullable String reason) {
        sql().execute("""
                insert into notification (id, occasion, subject_id, order_id, body, delivery, attempt, recipient,
                    reason, finished_at, correlation_id, causation_id)
                values (gen_random_uuid(), '%s', '%s', '%s', '', '%s', 1, 'a***@example.com', %s, now(), 'story',
                    gen_random_uuid())
                """.formatted(state, order, order, delivery, reason == null ? "null" : "'" + reason + "'"));
        return order;
    }
}
