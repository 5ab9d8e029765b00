package dev.orderflow.messaging;

import static dev.orderflow.dev.TestPatience.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.orderflow.dev.TestServers;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** An event that Kafka refuses stops its own key only, is seen, and can be skipped by somebody who says why. */
@QuarkusTest
@WithTestResource(value = TestServers.class, initArgs = @ResourceArg(name = "topics", value = Things.TOPICS))
class BlockedIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int TOO_LARGE = 1_100_000; // for Kafka's limit; an append would have refused it

    @Inject
    Things things;

    @Inject
    Pool pool;

    private final String id = UUID.randomUUID().toString();
    private final UUID eventId = UUID.randomUUID();

    @Test
    void isSeenAndSkippedAndThenTheNextOneIsSent() {
        slipThrough();
        things.happen(id, "behind it").await().indefinitely();
        String other = UUID.randomUUID().toString();
        things.happen(other, "beside it").await().indefinitely();

        await().atMost(PATIENCE).until(() -> things.handled(other).size() == 1);
        await().atMost(PATIENCE).until(() -> listed().size() == 1);
        Map<String, Object> item = listed().getFirst();
        assertEquals(id, item.get("aggregate_id"));
        assertEquals(1, item.get("sequence"));
        assertEquals(
                "RecordTooLargeException", String.valueOf(item.get("refusal")).split(":", 2)[0]);
        assertEquals(1, RestAssured.get("/api/v1/flow").jsonPath().getInt("blocked_keys"));
        assertEquals(List.of(), things.handled(id));
        JsonPath page = page("?limit=1");
        assertEquals(id, page.getString("items[0].aggregate_id"));
        assertEquals(List.of(), page("?after=" + page.getLong("next")).getList("items"));

        retry("55 seconds"); // neither tried nor skipped: within the margin between the two
        skip(eventId, "it may be tried meanwhile").then().statusCode(409).contentType("application/problem+json");
        retry("40 seconds");
        JsonPath outcome = skip(eventId, "nobody can read that much")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();

        assertEquals("nobody can read that much", outcome.getString("reason"));
        await().atMost(PATIENCE).until(() -> things.handled(id).size() == 1);
        assertEquals(List.of(), listed());
        assertEquals(TOO_LARGE, kept());
        assertEquals(
                outcome.getString("skipped_at"),
                skip(eventId, "once more")
                        .then()
                        .statusCode(200)
                        .extract()
                        .jsonPath()
                        .getString("skipped_at"));
    }

    @Test
    void whatIsNotRefusedIsNotSkipped() {
        skip(UUID.randomUUID(), "why not").then().statusCode(404).contentType("application/problem+json");
        skip(eventId, "").then().statusCode(400);
        RestAssured.get("/api/v1/blocked?limit=0").then().statusCode(400);
        RestAssured.post("/api/v1/blocked/skip?event_id=nonsense&reason=none")
                .then()
                .statusCode(400);
    }

    private static List<Map<String, Object>> listed() {
        JsonPath all = page("");
        assertNull(all.get("next"));
        return all.getList("items");
    }

    private static JsonPath page(String query) {
        return RestAssured.get("/api/v1/blocked" + query)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private static Response skip(UUID event, String reason) {
        return RestAssured.given()
                .queryParam("event_id", event.toString())
                .queryParam("reason", reason)
                .post("/api/v1/blocked/skip");
    }

    /** As nothing but an error of ours, or a changed limit of Kafka's, could do it. */
    private void slipThrough() {
        pool.withTransaction(connection -> Things.next(connection, id).flatMap(sequence -> connection
                        .preparedQuery("insert into outbox (bucket, topic, aggregatetype, aggregateid, sequence,"
                                + " type, payload, event_id, event_version, source, occurred_at, correlationid)"
                                + " values ($1, $2, 'thing', $3, $4, 'thing.happened', $5, $6, '1.0',"
                                + " '/messaging', now(), 'story')")
                        .execute(Tuple.tuple()
                                .addShort(OutboxRow.bucket(id))
                                .addString(Things.TOPIC)
                                .addString(id)
                                .addLong(sequence)
                                .addValue(Buffer.buffer(new byte[TOO_LARGE]))
                                .addUUID(eventId))))
                .await()
                .indefinitely();
    }

    private void retry(String in) {
        pool.query("update outbox set retry_at = clock_timestamp() + interval '%s' where event_id = '%s'"
                        .formatted(in, eventId))
                .execute()
                .await()
                .indefinitely();
    }

    private int kept() {
        return pool.preparedQuery("select octet_length(payload) from skipped where event_id = $1")
                .execute(Tuple.of(eventId))
                .await()
                .indefinitely()
                .iterator()
                .next()
                .getInteger(0);
    }
}
