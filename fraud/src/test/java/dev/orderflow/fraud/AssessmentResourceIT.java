package dev.orderflow.fraud;

import static dev.orderflow.dev.TestPatience.await;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.blankOrNullString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orderflow.dev.TestServers;
import dev.orderflow.dev.TestSql;
import dev.orderflow.dev.TestTopic;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@WithTestResource(TestServers.class)
class AssessmentResourceIT {

    private static final String PATH = "/api/v1/assessments";

    @TestHTTPResource
    URI url = URI.create("");

    @Inject
    AgroalDataSource database;

    @ConfigProperty(name = "quarkus.management.test-port")
    int managementPort;

    private FraudFixture fraud;

    @BeforeEach
    void open() {
        fraud = new FraudFixture(database);
    }

    @AfterEach
    void close() {
        fraud.close();
    }

    @Test
    void showsAnAssessmentWithItsReasonsAndVersion() {
        TestOrder order = fraud.place(TestOrder.of("shown", "5000.00"));
        fraud.awaitVerdict(order);

        given().get(PATH + "/" + order.key())
                .then()
                .statusCode(200)
                .header("ETag", "\"1\"")
                .body("order_id", equalTo(order.key()))
                .body("customer_id", equalTo("shown"))
                .body("total", equalTo("5000.00"))
                .body("currency", equalTo("USD"))
                .body("score", equalTo(55))
                .body("verdict", equalTo("review"))
                .body("order_state", equalTo("placed"))
                .body("reasons.code", equalTo(List.of("amount_high", "first_order_high")))
                .body("reasons.points", equalTo(List.of(30, 25)))
                .body("placed_at", equalTo("2026-03-01T12:00:00Z"))
                .body("decision", nullValue());
        given().header("If-None-Match", "\"1\"")
                .get(PATH + "/" + order.key())
                .then()
                .statusCode(304);
        given().header("X-Correlation-Id", "my-story")
                .get(PATH + "/" + order.key())
                .then()
                .header("X-Correlation-Id", "my-story");
        given().header("If-None-Match", "\"0\"")
                .get(PATH + "/" + order.key())
                .then()
                .statusCode(200);
    }

    @Test
    void aDecisionIsPublishedOnceHoweverOftenItIsRepeated() {
        TestOrder order = inReview("decided");

        decide(order, "clear").statusCode(200).header("ETag", "\"2\"").body("verdict", equalTo("cleared"));
        decide(order, "clear").statusCode(200).header("ETag", "\"2\"").body("decision", equalTo("clear"));
        assertProblem(decide(order, "reject"), 409);

        await().until(() -> fraud.typesOf(order).size() == 2);
        assertEquals(List.of("fraud.review_requested", "fraud.cleared"), fraud.typesOf(order));
        var decision = fraud.eventsOf(order).getLast();
        assertEquals("2", TestTopic.header(decision, "ce_sequence"));
        assertEquals("story-of-" + order.key(), TestTopic.header(decision, "ce_correlationid"));
        assertTrue(TestTopic.header(decision, "traceparent").contains(TestOrder.TRACE));
    }

    @Test
    void keepsWhyAReviewWasRejected() {
        TestOrder order = inReview("rejected");

        given().contentType(ContentType.JSON)
                .body("{\"decision\":\"reject\",\"reason\":\"called: nobody there\"}")
                .post(PATH + "/" + order.key() + "/decision")
                .then()
                .statusCode(200)
                .body("verdict", equalTo("rejected"))
                .body("decision_reason", equalTo("called: nobody there"))
                .body("decided_at", notNullValue());

        await().until(() -> fraud.typesOf(order).equals(List.of("fraud.review_requested", "fraud.rejected")));
    }

    @Test
    void ofManyDecisionsAtOnceExactlyOneCounts() throws Exception {
        for (int round = 0; round < 5; round++) {
            TestOrder order = inReview("contested-" + round);
            int people = 8;
            var start = new CyclicBarrier(people);
            List<Future<Integer>> answers = new ArrayList<>();
            try (var threads = Executors.newFixedThreadPool(people)) {
                for (int person = 0; person < people; person++) {
                    String decision = person % 2 == 0 ? "clear" : "reject";
                    answers.add(threads.submit(() -> {
                        start.await();
                        return decide(order, decision).extract().statusCode();
                    }));
                }
            }
            List<Integer> statuses = new ArrayList<>();
            for (Future<Integer> answer : answers) {
                statuses.add(answer.get());
            }

            statuses.sort(null);
            assertEquals(List.of(200, 200, 200, 200, 409, 409, 409, 409), statuses);
            await().until(() -> fraud.typesOf(order).size() > 1);
            assertEquals(2, fraud.typesOf(order).size());
            String decided = fraud.query("select verdict from assessments where order_id = '" + order.key() + "'")
                    .getFirst();
            assertEquals("fraud." + decided, fraud.typesOf(order).getLast());
        }
    }

    @Test
    void aReviewOfACancelledOrderIsNotDecidedAnyMore() {
        TestOrder order = inReview("impatient");
        fraud.cancel(order);
        fraud.awaitState(order, "cancelled");

        assertProblem(decide(order, "clear"), 409);

        fraud.awaitEverythingBefore();
        assertEquals(List.of("fraud.review_requested"), fraud.typesOf(order));
    }

    @Test
    void aDecisionOnAnOlderVersionIsRefused() {
        TestOrder order = inReview("versioned");

        for (String tag : List.of("\"2\"", "1", "W/\"1\"", "\"x\"")) {
            assertProblem(
                    given().contentType(ContentType.JSON)
                            .header("If-Match", tag)
                            .body("{\"decision\":\"clear\"}")
                            .post(PATH + "/" + order.key() + "/decision")
                            .then(),
                    412);
        }
        given().contentType(ContentType.JSON)
                .header("If-Match", "\"1\"")
                .body("{\"decision\":\"clear\"}")
                .post(PATH + "/" + order.key() + "/decision")
                .then()
                .statusCode(200);
    }

    @Test
    void onlyAReviewIsDecided() {
        TestOrder cleared = fraud.place(TestOrder.of("cleared", "1.00"));
        fraud.awaitVerdict(cleared);

        assertProblem(decide(cleared, "clear"), 409);
        assertProblem(decide(TestOrder.of("nobody", "1.00"), "clear"), 404);
    }

    @Test
    void listsReviewsPageByPage() {
        List<String> placed = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            placed.add(inReview("paged").key());
        }

        List<String> listed = new ArrayList<>();
        String next = PATH + "?verdict=review&limit=2";
        while (next != null) {
            var page = given().get(next).then().statusCode(200).extract().jsonPath();
            List<String> ids = page.getList("items.order_id");
            assertTrue(!ids.isEmpty() && ids.size() <= 2, ids.toString());
            listed.addAll(ids);
            next = page.getString("next");
        }

        assertEquals(listed.stream().sorted().toList(), listed);
        assertEquals(Set.copyOf(listed).size(), listed.size());
        assertTrue(listed.containsAll(placed));
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', textBlock = """
            400, {"decision":
            400, "{""decision"":""clear"",""verdict"":""cleared""}"
            400, {}
            400, {"decision":null}
            400, {"decision":"maybe"}
            400, {"decision":1}
            400, "{""decision"":""clear"",""decision"":""reject""}"
            400, "{""decision"":""clear""} {}"
            400, "{""decision"":""clear"",""reason"":1}"
            400, []
            400, null
            400, ""
            """)
    void refusesADecisionThatIsNone(int status, String body) {
        TestOrder order = inReview("garbled");

        assertProblem(
                given().contentType(ContentType.JSON)
                        .body(body)
                        .post(PATH + "/" + order.key() + "/decision")
                        .then(),
                status);
    }

    @Test
    void refusesALongReasonAndOneWithNul() {
        TestOrder order = inReview("verbose");
        for (String reason : List.of("x".repeat(501), "a\\u0000b")) {
            assertProblem(
                    given().contentType(ContentType.JSON)
                            .body("{\"decision\":\"clear\",\"reason\":\"%s\"}".formatted(reason))
                            .post(PATH + "/" + order.key() + "/decision")
                            .then()
                            .body("violations", not(nullValue())),
                    400);
        }
        assertProblem(
                given().contentType(ContentType.JSON)
                        .body("{\"decision\":\"clear\",\"reason\":\"%s\"}".formatted("x".repeat(20_000)))
                        .post(PATH + "/" + order.key() + "/decision")
                        .then(),
                413);
    }

    /** Whoever sends in chunks has told no length before. */
    @Test
    void bodyThatTurnsOutToBeTooLargeIsAProblem() throws IOException, InterruptedException {
        byte[] body = "{\"reason\":\"%s\"}".formatted("x".repeat(200_000)).getBytes(StandardCharsets.UTF_8);
        HttpRequest request = HttpRequest.newBuilder(url.resolve(PATH + "/" + UUID.randomUUID() + "/decision"))
                .version(HttpClient.Version.HTTP_1_1)
                .header("Content-Type", "application/json")
                .header("X-Correlation-Id", "story-of-too-much")
                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> refusal = client.send(request, HttpResponse.BodyHandlers.ofString());

            assertEquals(413, refusal.statusCode());
            assertEquals(List.of("application/problem+json"), refusal.headers().allValues("Content-Type"));
            assertEquals(List.of("story-of-too-much"), refusal.headers().allValues("X-Correlation-Id"));
            assertTrue(refusal.body().contains("\"status\":413"), refusal.body());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "404, /00000000-0000-7000-8000-000000000000",
        "404, /no-id",
        "404, /%00",
        "404, /1-1-1-1-1",
    })
    void refusesWhatItCannotRead(int status, String path) {
        assertProblem(given().urlEncodingEnabled(false).get(PATH + path).then(), status);
    }

    @ParameterizedTest
    @CsvSource({
        "verdict, perhaps",
        "limit, 0",
        "limit, 201",
        "limit, 9999999999",
        "limit, x",
        "cursor, x",
    })
    void namesTheParameterThatMakesNoSense(String name, String value) {
        var response = given().queryParam(name, value).get(PATH).then();

        assertProblem(response, 400);
        response.body("violations[0].in", equalTo("query")).body("violations[0].field", equalTo(name));
    }

    @Test
    void anythingButJsonAndAnyOtherMethodIsRefused() {
        TestOrder order = inReview("media");
        String path = PATH + "/" + order.key() + "/decision";

        assertProblem(given().contentType("text/plain").body("clear").post(path).then(), 415);
        assertProblem(given().delete(PATH + "/" + order.key()).then(), 405);
    }

    private TestOrder inReview(String customerId) {
        TestOrder order = fraud.place(TestOrder.of(customerId + "-" + TestOrder.id(), "5000.00"));
        assertEquals("fraud.review_requested", TestTopic.header(fraud.awaitVerdict(order), "ce_type"));
        return order;
    }

    private static ValidatableResponse decide(TestOrder order, @Nullable String decision) {
        return given().contentType(ContentType.JSON)
                .body("{\"decision\":\"%s\"}".formatted(decision))
                .post(PATH + "/" + order.key() + "/decision")
                .then();
    }

    @Test
    void whileTheDatabaseIsAwayTheAnswerSaysWhenToAskAgain() throws Exception {
        new TestSql(database).whileAway(() -> given().get(PATH)
                .then()
                .statusCode(503)
                .contentType("application/problem+json")
                .header("Retry-After", "2")
                .body("traceId", matchesPattern("[0-9a-f]{32}")));

        await().until(() -> given().get(PATH).statusCode() == 200);
    }

    /** The lock is held until the answer is there. */
    @Test
    @Timeout(60)
    void aTableThatIsLockedCostsBoundedTime() throws Exception {
        new TestSql(database).whileLocked("assessments", () -> given().get(PATH)
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
                        "paths.'/api/v1/assessments'.get.responses.'200'.content.'application/json'.example",
                        notNullValue())
                .body(
                        "paths.'/api/v1/assessments/{order_id}'.get.responses.'200'.content.'application/json'.example",
                        notNullValue())
                .body(
                        "paths.'/api/v1/assessments/{order_id}/decision'.post.responses.'200'.content.'application/json'.example",
                        notNullValue())
                .body("components.responses.BadRequest.content.'application/problem+json'.example.status", equalTo(400))
                .body("components.responses.Unavailable.headers.'Retry-After'", notNullValue());
    }

    private static void assertProblem(ValidatableResponse response, int status) {
        response.statusCode(status)
                .contentType("application/problem+json")
                .body("status", equalTo(status))
                .body("title", not(blankOrNullString()))
                .body("traceId", not(blankOrNullString()));
    }
}
