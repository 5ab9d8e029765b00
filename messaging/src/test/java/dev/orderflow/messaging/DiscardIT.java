package dev.orderflow.messaging;

import static dev.orderflow.messaging.Deliveries.batch;
import static dev.orderflow.messaging.Deliveries.poison;
import static dev.orderflow.messaging.Deliveries.received;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orderflow.dev.TestServers;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** G10: a key that a record blocks for good can be freed, by somebody who says why; nothing is lost without a trace. */
@QuarkusTest
@WithTestResource(value = TestServers.class, initArgs = @ResourceArg(name = "topics", value = Things.TOPICS))
class DiscardIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Inject
    Things things;

    @Inject
    Pool pool;

    @Inject
    InboxCare care;

    @Inject
    MeterRegistry metrics;

    private final String key = UUID.randomUUID().toString();

    @AfterEach
    void allIsWell() {
        things.meets(event -> {});
    }

    @Test
    void freesAKeyOfARecordThatCanNeverBeAppliedAndKeepsIt() {
        ConsumerRecord<byte[], byte[]> unreadable =
                received(key, 1, 9_001); // known by its place, which no other test may have
        unreadable.headers().remove("ce_id").add("anything", new byte[] {0, -1, 7});
        receive(List.of(unreadable, received(key, 2, 2), received(key, 3, 3)));
        double before = discardedSoFar();

        JsonPath outcome = discard(firstParked(), "the publisher forgot its id")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();

        assertEquals(key, outcome.getString("key"));
        assertEquals(Things.TOPIC + "/0/9001", outcome.getString("event_id"));
        Row kept = rows("select * from discarded where key = convert_to($1, 'UTF8')")
                .getFirst();
        assertEquals("the publisher forgot its id", kept.getString("reason"));
        assertEquals("no ce_id that is a UUID", kept.getString("parked_reason"));
        assertEquals(9_001, kept.getLong("record_offset"));
        assertEquals("{\"note\":\"n1\"}", kept.getBuffer("record_value").toString());
        assertEquals(
                unreadable.headers().toArray().length,
                HeaderBytes.decode(kept.getBuffer("headers").getBytes()).size());
        assertEquals(before + 1, discardedSoFar());
        assertEquals(2, parked(), "what is behind it still waits");
        assertEquals(List.of(), things.handled(key));

        things.redrive(key).await().atMost(PATIENCE);
        receive(List.of(received(key, 4, 4)));
        assertEquals(
                List.of(2L, 3L, 4L),
                things.handled(key).stream().map(Envelope::sequence).toList());
    }

    @Test
    void aDiscardedRecordThatComesAgainIsADuplicate() {
        things.meets(poison(key));
        receive(List.of(received(key, 1, 1)));
        discard(firstParked(), "nobody wants it").then().statusCode(200);
        things.meets(event -> {});

        receive(List.of(received(key, 1, 1), received(key, 2, 2)));

        assertEquals(
                List.of(2L),
                things.handled(key).stream().map(Envelope::sequence).toList());
        assertEquals(0, parked());
    }

    @Test
    void onlyTheFirstCanBeDiscardedAndARepeatChangesNothing() {
        things.meets(poison(key));
        receive(List.of(received(key, 1, 1), received(key, 2, 2)));
        long first = firstParked();

        problem(discard(first + 1, "not the first"), 409);
        assertEquals(2, parked());
        String answer = discard(first, "nobody wants it")
                .then()
                .statusCode(200)
                .extract()
                .asString();
        assertEquals(
                answer, discard(first, "again").then().statusCode(200).extract().asString());
        assertEquals(1, parked());
    }

    @Test
    void asksForAllThatItNeeds() {
        problem(discard(1, " "), 400);
        problem(discard(-1, "no such id"), 400);
        problem(RestAssured.post("/api/v1/parked/discard?consumer=test&id=1&reason=no+key"), 400);
        problem(RestAssured.post("/api/v1/parked/discard?key=a&id=1&reason=no+consumer"), 400);
        problem(RestAssured.post("/api/v1/parked/discard?consumer=test&key=a&id=x&reason=no+number"), 400);
        problem(RestAssured.post("/api/v1/parked/discard?consumer=nobody&key=a&id=1&reason=unknown"), 404);
        problem(discard(1, "a key that is not parked"), 409);
    }

    /** The record is discarded or redriven, never both, and the later ones are neither lost nor early. */
    @Test
    void discardRedriveAndConsumerTogetherLoseNothing() {
        for (int round = 0; round < 10; round++) {
            String contested = key + "-" + round;
            things.meets(poison(contested));
            things.receive(batch(List.of(received(contested, 1, 1), received(contested, 2, 2))))
                    .await()
                    .atMost(PATIENCE);
            things.meets(event -> {});
            long first = firstParked(contested);

            Uni.join()
                    .all(
                            things.discard(contested, first).replaceWithVoid(),
                            things.redrive(contested).replaceWithVoid(),
                            things.receive(batch(List.of(received(contested, 3, 3)))))
                    .andFailFast()
                    .await()
                    .atMost(PATIENCE);
            things.redrive(contested).await().atMost(PATIENCE);

            List<Long> applied =
                    things.handled(contested).stream().map(Envelope::sequence).toList();
            boolean discarded = !rows("select 1 from discarded where id = " + first + " and $1 <> ''")
                    .isEmpty();
            assertEquals(discarded ? List.of(2L, 3L) : List.of(1L, 2L, 3L), applied);
        }
    }

    @Test
    void isForgottenWithTheInbox() {
        things.meets(poison(key));
        receive(List.of(received(key, 1, 1)));
        discard(firstParked(), "long ago").then().statusCode(200);
        rows("update discarded set discarded_at = now() - interval '11 days' where key = convert_to($1, 'UTF8')");
        receive(List.of(received(key, 2, 2)));
        discard(firstParked(), "just now").then().statusCode(200);

        care.run().await().atMost(PATIENCE);

        List<Row> left = rows("select reason from discarded where key = convert_to($1, 'UTF8')");
        assertEquals(
                List.of("just now"), left.stream().map(row -> row.getString(0)).toList());
    }

    private Response discard(long id, String reason) {
        return RestAssured.given()
                .queryParam("consumer", "test")
                .queryParam("key", key)
                .queryParam("id", id)
                .queryParam("reason", reason)
                .post("/api/v1/parked/discard");
    }

    private static void problem(Response answer, int status) {
        answer.then().statusCode(status).contentType("application/problem+json");
    }

    private long firstParked() {
        return firstParked(key);
    }

    private static long firstParked(String of) {
        return RestAssured.given()
                .queryParam("consumer", "test")
                .queryParam("key", of)
                .get("/api/v1/parked")
                .jsonPath()
                .getLong("items[0].id");
    }

    private int parked() {
        return rows("select 1 from parked where key = convert_to($1, 'UTF8')").size();
    }

    private double discardedSoFar() {
        return metrics.counter("inbox.records.discarded", "consumer", "test").count();
    }

    private void receive(List<ConsumerRecord<byte[], byte[]>> records) {
        things.receive(batch(records)).await().atMost(PATIENCE);
    }

    private List<Row> rows(String sql) {
        List<Row> rows = new ArrayList<>();
        pool.preparedQuery(sql).execute(Tuple.of(key)).await().indefinitely().forEach(rows::add);
        return rows;
    }
}
