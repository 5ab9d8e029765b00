package dev.orderflow.messaging;

import static dev.orderflow.dev.TestPatience.await;
import static dev.orderflow.messaging.Deliveries.batch;
import static dev.orderflow.messaging.Deliveries.poison;
import static dev.orderflow.messaging.Deliveries.received;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orderflow.dev.TestServers;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** G10: what is parked can be looked at, tried without harm, and redriven by key, by reason, or all of it. */
@QuarkusTest
@WithTestResource(value = TestServers.class, initArgs = @ResourceArg(name = "topics", value = Things.TOPICS))
class RedriveIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

    @Inject
    Inbox inbox;

    @Inject
    Pool pool;

    private final String key = UUID.randomUUID().toString();
    private final String name = "redriven-" + key;
    private Consumer<Envelope> trouble = event -> {};
    private Inbox.Handler handler = this::apply;
    private Inbox.Consumer consumer = batch -> Uni.createFrom().voidItem();

    @BeforeEach
    void consume() {
        consumer = inbox.consumer(
                name, Set.of("thing.happened"), (transaction, fresh) -> handler.handle(transaction, fresh));
    }

    private Uni<Void> apply(Transaction transaction, List<Envelope> fresh) {
        List<Tuple> effects = new ArrayList<>();
        for (Envelope event : fresh) {
            trouble.accept(event);
            effects.add(Tuple.of(event.aggregateId(), event.eventId()));
        }
        return transaction
                .sql()
                .preparedQuery("insert into effects (aggregate, event_id, note) values ($1, $2, '')")
                .executeBatch(effects)
                .replaceWithVoid();
    }

    @Test
    void aParkedRecordIsShownWhole() {
        ConsumerRecord<byte[], byte[]> record = received(key, 1, 1);
        record.headers()
                .add("traceparent", Wire.bytes("00-" + TRACE + "-b7ad6b7169203331-01"))
                .add("binary", new byte[] {0, -1});
        park(List.of(record));

        JsonPath shown = RestAssured.get(
                        "/api/v1/parked/" + parked(key).getFirst().get("id"))
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();

        assertEquals(key, shown.getString("record.key"));
        assertEquals("{\"note\":\"n1\"}", shown.getString("payload"));
        assertEquals(TRACE, shown.getString("trace_id"));
        assertEquals("thing.happened", shown.getString("headers.find { it.name == 'ce_type' }.value"));
        assertEquals("base64:AP8=", shown.getString("headers.find { it.name == 'binary' }.value"));
        RestAssured.get("/api/v1/parked/999999999").then().statusCode(404);
        RestAssured.get("/api/v1/parked/nonsense").then().statusCode(400);
    }

    @Test
    void aDryRunTellsWhatWouldHappenAndChangesNothing() {
        park(List.of(received(key, 1, 1), received(key, 2, 2), received(key, 3, 3)));
        trouble = event -> {
            if (event.sequence() == 3) {
                throw new IllegalArgumentException("still poison");
            }
        };

        JsonPath outcome = redrive(key, "true");

        assertEquals(2, outcome.getInt("redriven"));
        assertTrue(outcome.getString("failure").contains("still poison"));
        assertEquals(0, effects(key));
        assertEquals(3, parked(key).size());
        assertEquals(1, parked(key).getFirst().get("attempts"));
        assertEquals(0, parked(key).getLast().get("attempts"));
        trouble = event -> {};
        JsonPath dry = redrive(key, "true");
        assertEquals(3, dry.getInt("redriven"));
        assertEquals(true, dry.get("dry_run"));
        JsonPath done = redrive(key, "false");
        assertEquals(3, done.getInt("redriven"));
        assertNull(done.get("dry_run"));
        assertEquals(3, effects(key));
    }

    @Test
    void aRedriveIsAlone() throws Exception {
        park(List.of(received(key, 1, 1)));
        CompletableFuture<Void> begun = new CompletableFuture<>();
        CompletableFuture<Void> gate = new CompletableFuture<>();
        handler = (transaction, fresh) -> {
            begun.complete(null);
            return Uni.createFrom().completionStage(gate);
        };
        CompletableFuture<JsonPath> first = CompletableFuture.supplyAsync(() -> redrive(key, "false"));
        begun.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);

        ask(key, "false", 1_000).then().statusCode(409).contentType("application/problem+json");

        gate.complete(null);
        assertEquals(1, first.get().getInt("redriven"));
    }

    @Test
    void aSlowRedriveTellsInTimeThatThereIsMore() {
        park(IntStream.rangeClosed(1, 10).mapToObj(i -> received(key, i, i)).toList());

        JsonPath outcome = ask(key, "false", 1).then().statusCode(200).extract().jsonPath();

        assertTrue(outcome.getBoolean("more"));
        assertEquals(effects(key), outcome.getInt("redriven"));
        assertEquals(10 - outcome.getInt("redriven"), redrive(key, "false").getInt("redriven"));
        assertEquals(10, effects(key));
    }

    /** The second and the third wait for half a second each. */
    @Test
    void allAreRedrivenAtTheRateThatIsAskedFor() {
        List<String> all = Stream.of("-1", "-2", "-3").map(key::concat).toList();
        trouble = event -> {
            throw new IllegalArgumentException("poison");
        };
        all.forEach(each -> receive(List.of(received(each, 1, 1))));
        trouble = event -> {};
        Instant begun = Instant.now();

        JsonPath report = RestAssured.given()
                .queryParam("consumer", name)
                .queryParam("per_second", 2)
                .post("/api/v1/parked/redrive-all")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();

        assertEquals(List.of(1, 1, 1), report.getList("keys.redriven"));
        assertTrue(Duration.between(begun, Instant.now()).toMillis() >= 1_000);
    }

    @Test
    void aClassOfRecordsIsRedrivenAndTheOthersWait() {
        String other = UUID.randomUUID().toString();
        park(List.of(received(key, 1, 1), received(key, 2, 2)));
        trouble = event -> {
            throw new IllegalStateException("of another kind");
        };
        receive(List.of(received(other, 1, 1)));
        trouble = event -> {};

        JsonPath dry = redriveAll("IllegalStateException", "true", 50);
        assertEquals(List.of(other), dry.getList("keys.key"));
        assertEquals(0, effects(other));
        JsonPath report = redriveAll("IllegalStateException", "false", 50);

        assertEquals(List.of(other), report.getList("keys.key"));
        assertEquals(1, effects(other));
        assertEquals(0, effects(key));
        assertEquals(2, parked(key).size());
    }

    @Test
    void allKeysAreRedrivenSomeAtATimeThoughOneFailsAgain() {
        String bad = UUID.randomUUID().toString();
        String last = UUID.randomUUID().toString();
        trouble = event -> {
            throw new IllegalArgumentException("poison");
        };
        List.of(bad, key, last).forEach(each -> receive(List.of(received(each, 1, 1))));
        trouble = poison(bad);

        JsonPath first = redriveAll("", "false", 2);

        assertEquals(List.of(bad, key), first.getList("keys.key"));
        assertEquals(List.of(0, 1), first.getList("keys.redriven"));
        assertTrue(first.getBoolean("more"));
        assertEquals(1, effects(key));
        assertEquals(0, effects(last));

        JsonPath second = redriveAll("", "false", 2, first.getLong("after"));

        assertEquals(List.of(last), second.getList("keys.key"));
        assertFalse(second.getBoolean("more"));
        assertEquals(1, effects(last));
    }

    /** What the database ends for its length fails, and is not tried again and again while the others wait. */
    @Test
    void oneThatTakesTooLongKeepsNoOtherBack() {
        String slow = UUID.randomUUID().toString();
        trouble = event -> {
            throw new IllegalArgumentException("poison");
        };
        List.of(slow, key).forEach(each -> receive(List.of(received(each, 1, 1))));
        trouble = event -> {};
        handler = (transaction, fresh) -> fresh.getFirst().aggregateId().equals(slow)
                ? transaction
                        .sql()
                        .query("set local statement_timeout = 50")
                        .execute()
                        .chain(() ->
                                transaction.sql().query("select pg_sleep(60)").execute())
                        .replaceWithVoid()
                : apply(transaction, fresh);

        assertTrue(redriveAll("", "true", 2).getString("keys[0].failure").contains("57014"));
        JsonPath report = redriveAll("", "false", 2);

        assertEquals(List.of(slow, key), report.getList("keys.key"));
        assertEquals(List.of(0, 1), report.getList("keys.redriven"));
        assertTrue(report.getString("keys[0].failure").contains("57014"), report::prettify);
        assertEquals(1, effects(key));
        assertEquals(2, parked(slow).getFirst().get("attempts"));
    }

    @Test
    void aDryRunComesToAllKeys() {
        List<String> keys = List.of(key, key + "-2", key + "-3");
        trouble = event -> {
            throw new IllegalArgumentException("poison");
        };
        keys.forEach(each -> receive(List.of(received(each, 1, 1))));

        List<String> tried = new ArrayList<>();
        JsonPath report = redriveAll("", "true", 2);
        tried.addAll(report.getList("keys.key"));
        assertTrue(report.getBoolean("more"));
        report = redriveAll("", "true", 2, report.getLong("after"));
        tried.addAll(report.getList("keys.key"));

        assertEquals(keys, tried);
        assertFalse(report.getBoolean("more"));
    }

    /** It would come to the same again. */
    @Test
    void aDryRunOfMoreRecordsThanItTriesNeedNotBeRepeated() {
        trouble = event -> {
            throw new IllegalArgumentException("poison");
        };
        receive(IntStream.rangeClosed(1, 101).mapToObj(i -> received(key, i, i)).toList());
        trouble = event -> {};

        JsonPath report = redriveAll("", "true", 2);

        assertEquals(List.of(100), report.getList("keys.redriven"));
        assertEquals(List.of(true), report.getList("keys.more"));
        assertFalse(report.getBoolean("more"));
        assertTrue(report.getLong("after") > 0);
    }

    /** G10: a record that arrives while its key is redriven waits, and is applied behind it. */
    @Test
    void aConsumerWaitsForTheRedriveOfItsKey() throws Exception {
        park(List.of(received(key, 1, 1)));
        CompletableFuture<Void> begun = new CompletableFuture<>();
        CompletableFuture<Void> gate = new CompletableFuture<>();
        Queue<Long> applied = new ConcurrentLinkedQueue<>();
        handler = (transaction, fresh) -> {
            begun.complete(null);
            return Uni.createFrom()
                    .completionStage(fresh.getFirst().sequence() == 1 ? gate : CompletableFuture.completedFuture(null))
                    .invoke(() -> fresh.forEach(event -> applied.add(event.sequence())));
        };

        CompletableFuture<JsonPath> redrive = CompletableFuture.supplyAsync(() -> redrive(key, "false"));
        begun.get(10, TimeUnit.SECONDS);
        CompletableFuture<Void> arrival =
                consumer.receive(batch(List.of(received(key, 2, 2)))).subscribeAsCompletionStage();
        await().atMost(PATIENCE)
                .until(() -> number(
                                "select count(*) from pg_stat_activity where datname ="
                                        + " current_database() and wait_event_type = 'Lock' and query like '%parked_key%for update'")
                        == 1);
        assertEquals(List.of(), List.copyOf(applied));
        gate.complete(null);

        assertEquals(1, redrive.get(30, TimeUnit.SECONDS).getInt("redriven"));
        arrival.get(30, TimeUnit.SECONDS);
        assertEquals(List.of(1L, 2L), List.copyOf(applied));
        assertEquals(List.of(), parked(key));
    }

    @Test
    void nonsenseIsRefused() {
        Map<String, String> refused = Map.of(
                "redrive?consumer=" + name + "&key=k&per_second=0",
                "per_second",
                "redrive?consumer=" + name + "&key=k&dry_run=maybe",
                "dry_run",
                "redrive-all?consumer=" + name + "&limit=0",
                "limit",
                "redrive-all",
                "consumer",
                "redrive-all?consumer=" + name + "&reason=%00",
                "reason");

        refused.forEach((path, about) -> RestAssured.given()
                .urlEncodingEnabled(false)
                .post("/api/v1/parked/" + path)
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("detail.contains('" + about + "')", equalTo(true)));
    }

    /** Poison at its first delivery. */
    private void park(List<ConsumerRecord<byte[], byte[]>> records) {
        trouble = poison(key);
        receive(records);
        trouble = event -> {};
    }

    private void receive(List<ConsumerRecord<byte[], byte[]>> records) {
        consumer.receive(batch(records)).await().atMost(PATIENCE);
    }

    private static List<Map<String, Object>> parked(String key) {
        return RestAssured.given()
                .queryParam("key", key)
                .get("/api/v1/parked")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getList("items");
    }

    private JsonPath redrive(String key, String dryRun) {
        return ask(key, dryRun, 100).then().statusCode(200).extract().jsonPath();
    }

    private Response ask(String key, String dryRun, int perSecond) {
        return RestAssured.given()
                .queryParam("consumer", name)
                .queryParam("key", key)
                .queryParam("dry_run", dryRun)
                .queryParam("per_second", perSecond)
                .post("/api/v1/parked/redrive");
    }

    private JsonPath redriveAll(String reason, String dryRun, int limit) {
        return redriveAll(reason, dryRun, limit, 0);
    }

    private JsonPath redriveAll(String reason, String dryRun, int limit, long after) {
        return RestAssured.given()
                .queryParam("after", after)
                .queryParam("consumer", name)
                .queryParam("reason", reason)
                .queryParam("dry_run", dryRun)
                .queryParam("limit", limit)
                .queryParam("per_second", 1_000)
                .post("/api/v1/parked/redrive-all")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private long number(String sql) {
        return Sql.number(pool, sql);
    }

    private long effects(String key) {
        return pool.preparedQuery("select count(*) from effects where aggregate = $1")
                .execute(Tuple.of(key))
                .await()
                .indefinitely()
                .iterator()
                .next()
                .getLong(0);
    }
}
