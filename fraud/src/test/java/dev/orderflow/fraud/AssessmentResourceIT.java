package dev.orderflow.fraud;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.blankOrNullString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orderflow.dev.TestServers;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@WithTestResource(TestServers.class)
class AssessmentResourceIT {

    private static final String PATH = "/api/v1/assessments";

    @Inject
    AgroalDataSource database;

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

        await().atMost(Duration.ofSeconds(20)).until(() -> fraud.typesOf(order).size() == 2);
        assertEquals(List.of("fraud.review_requested", "fraud.cleared"), fraud.typesOf(order));
        var decision = fraud.eventsOf(order).getLast();
        assertEquals("2", Topic.header(decision, "ce_sequence"));
        assertEquals("story-of-" + order.key(), Topic.header(decision, "ce_correlationid"));
        assertTrue(Topic.header(decision, "traceparent").contains(TestOrder.TRACE));
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

        await().atMost(Duration.ofSeconds(20))
                .until(() -> fraud.typesOf(order).equals(List.of("fraud.review_requested", "fraud.rejected")));
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
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> fraud.typesOf(order).size() > 1);
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

    @ParameterizedTest
    @CsvSource({
        "404, /00000000-0000-7000-8000-000000000000",
        "404, /no-id",
        "404, /%00",
        "404, /1-1-1-1-1",
        "400, ?verdict=perhaps",
        "400, ?limit=0",
        "400, ?limit=201",
        "400, ?limit=9999999999",
        "400, ?limit=x",
        "400, ?cursor=x",
    })
    void refusesWhatItCannotRead(int status, String path) {
        assertProblem(given().urlEncodingEnabled(false).get(PATH + path).then(), status);
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
        assertEquals("fraud.review_requested", Topic.header(fraud.awaitVerdict(order), "ce_type"));
        return order;
    }

    private static ValidatableResponse decide(TestOrder order, @Nullable String decision) {
        return given().contentType(ContentType.JSON)
                .body("{\"decision\":\"%s\"}".formatted(decision))
                .post(PATH + "/" + order.key() + "/decision")
                .then();
    }

    private static void assertProblem(ValidatableResponse response, int status) {
        response.statusCode(status)
                .contentType("application/problem+json")
                .body("status", equalTo(status))
                .body("title", not(blankOrNullString()))
                .body("traceId", not(blankOrNullString()));
    }
}
