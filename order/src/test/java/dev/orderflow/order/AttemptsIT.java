package dev.orderflow.order;

import static dev.orderflow.dev.TestPatience.await;
import static dev.orderflow.order.PlaceOrderIT.problem;
import static org.hamcrest.Matchers.matchesPattern;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orderflow.dev.TestServers;
import dev.orderflow.messaging.Cause;
import dev.orderflow.order.FakeInventory.Manner;
import io.agroal.api.AgroalDataSource;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import io.quarkus.grpc.GrpcService;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.smallrye.faulttolerance.api.CircuitBreakerMaintenance;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One key, several attempts, and an inventory that answers late or not at all. */
@QuarkusTest
@WithTestResource(TestServers.class)
@WithTestResource(GrpcPort.class)
class AttemptsIT {

    @Inject
    @GrpcService
    FakeInventory inventory;

    @Inject
    AgroalDataSource source;

    @Inject
    CircuitBreakerMaintenance breakers;

    @Inject
    InventoryClient client;

    private final String key = Api.key();
    private ExecutorService clients;
    private Database database;
    private String body;

    @BeforeEach
    void reset() {
        inventory.reset();
        breakers.resetAll();
        clients = Executors.newFixedThreadPool(8);
        database = new Database(source);
        body = Api.order(Api.item(inventory.product("1.00", "USD", 1000), 1));
        // The very first call takes longer than a call may take.
        await().until(() -> Api.post(Api.key(), body).statusCode() == 201);
        inventory.reset();
    }

    @AfterEach
    void close() {
        clients.close();
    }

    @Test
    void parallelRequestsWithOneKeyPlaceOneOrder() {
        var answers = IntStream.range(0, 8)
                .mapToObj(_ -> CompletableFuture.supplyAsync(() -> Api.post(key, body), clients))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .toList();

        answers.stream()
                .filter(it -> it.statusCode() != 201)
                .forEach(it -> problem(it, 409, "still-running").then().header("Retry-After", matchesPattern("\\d+")));
        var placed = answers.stream().filter(it -> it.statusCode() == 201).toList();
        assertEquals(
                1, placed.stream().map(it -> it.body().asString()).distinct().count());
        assertEquals("1", database.one("select count(*) from orders where idempotency_key = ?", key));
        assertEquals(1, inventory.asked().stream().distinct().count());
    }

    @Test
    void requestWithTheKeyOfARunningOneIsToldToComeAgain() {
        inventory.behaveOnce(Manner.ON_DEMAND);
        var first = CompletableFuture.supplyAsync(() -> Api.post(key, body), clients);
        await().until(() -> inventory.waiting() == 1);

        problem(Api.post(key, body), 409, "still-running").then().header("Retry-After", "1");

        inventory.answerWaiting();
        first.join().then().statusCode(201);
        Api.post(key, body).then().statusCode(201).header("Idempotency-Replayed", "true");
    }

    @Test
    void crashedAttemptIsTakenOverWithItsOrderId() {
        var answer = Api.post(key, body);
        var fingerprint = database.one("select fingerprint from orders where idempotency_key = ?", key);
        answer.then().statusCode(201);
        var crashed = Api.key();
        var orderId = UUID.randomUUID();
        database.update(
                "insert into order_claims values ('anonymous', ?, ?, ?, 1, now() - interval '1 second', 'RUNNING')",
                crashed,
                fingerprint,
                orderId);

        String placed = Api.post(crashed, body).then().statusCode(201).extract().path("order_id");

        assertEquals(orderId.toString(), placed);
        assertEquals("2", database.one("select attempt from order_claims where idempotency_key = ?", crashed));
    }

    @Test
    void attemptThatWasTakenOverPlacesNothingAndAnswersWhatIsStored() {
        inventory.behaveOnce(Manner.ON_DEMAND);
        var zombie = CompletableFuture.supplyAsync(() -> Api.post(key, body), clients);
        await().until(() -> inventory.waiting() == 1);
        database.update("update order_claims set lease_until = now() where idempotency_key = ?", key);

        var second = Api.post(key, body);
        inventory.answerWaiting();
        var first = zombie.join();

        second.then().statusCode(201);
        first.then().statusCode(201).header("Idempotency-Replayed", "true");
        assertEquals(second.body().asString(), first.body().asString());
        assertEquals("1", database.one("select count(*) from orders where idempotency_key = ?", key));
        String id = second.path("order_id");
        await().until(() -> Topics.published(id).size() == 1);
        assertEquals(List.of(), inventory.released());
    }

    @Test
    void attemptThatWasTakenOverCannotOvertakeItsSuccessor() {
        inventory.behaveOnce(Manner.ON_DEMAND, Manner.ON_DEMAND);
        var zombie = CompletableFuture.supplyAsync(() -> Api.post(key, body), clients);
        await().until(() -> inventory.waiting() == 1);
        database.update("update order_claims set lease_until = now() where idempotency_key = ?", key);
        var successor = CompletableFuture.supplyAsync(() -> Api.post(key, body), clients);
        await().until(() -> inventory.waiting() == 2);

        inventory.answerOneWaiting();
        var first = zombie.join();
        inventory.answerWaiting();

        // Told to come again, or told what its successor has done meanwhile; never an answer of its own.
        assertTrue(first.statusCode() == 409 || first.header("Idempotency-Replayed") != null, first.asString());
        successor.join().then().statusCode(201);
        assertEquals("1", database.one("select count(*) from orders where idempotency_key = ?", key));
    }

    @Test
    void attemptThatWasTakenOverReleasesNothing() {
        inventory.behaveOnce(Manner.LATE, Manner.LATE, Manner.ON_DEMAND);
        var zombie = CompletableFuture.supplyAsync(() -> Api.post(key, body), clients);
        await().until(() -> inventory.waiting() == 1);
        database.update("update order_claims set lease_until = now() where idempotency_key = ?", key);

        var second = Api.post(key, body);
        inventory.giveUpOneWaiting();

        second.then().statusCode(201);
        problem(zombie.join(), 504, "inventory-slow");
        assertEquals(List.of(), inventory.released());
        assertTrue(inventory.holds(second.path("order_id")));
    }

    @Test
    void attemptWhoseHoldItsSuccessorReleasedIsToldToComeAgain() {
        var zombie = attemptWhoseSuccessorGivesUp();

        inventory.answerWaiting();

        problem(zombie.join(), 409, "still-running").then().header("Retry-After", "1");
        Api.post(key, body).then().statusCode(201);
    }

    @Test
    void attemptWhoseHoldItsSuccessorReleasedAnswersWhatWasStoredSince() {
        var zombie = attemptWhoseSuccessorGivesUp();
        var placed = Api.post(key, body).then().statusCode(201).extract().asString();

        inventory.answerWaiting();

        var late = zombie.join();
        late.then().statusCode(201).header("Idempotency-Replayed", "true");
        assertEquals(placed, late.asString());
    }

    private CompletableFuture<Response> attemptWhoseSuccessorGivesUp() {
        inventory.behaveOnce(Manner.ON_DEMAND);
        var zombie = CompletableFuture.supplyAsync(() -> Api.post(key, body), clients);
        await().until(() -> inventory.waiting() == 1);
        database.update("update order_claims set lease_until = now() where idempotency_key = ?", key);
        inventory.behave(Manner.DOWN);
        problem(Api.post(key, body), 503, "inventory-unavailable");
        inventory.behave(Manner.PROMPT);
        await().until(() -> inventory.released().size() == 1);
        return zombie;
    }

    @Test
    void doubtIsResolvedByAskingAgain() {
        inventory.behaveOnce(Manner.LATE, Manner.DOWN);

        String id = Api.post(key, body).then().statusCode(201).extract().path("order_id");

        assertEquals(List.of(id, id, id), inventory.asked());
        assertEquals(List.of(), inventory.released());
    }

    @Test
    void aCallHasItsTime() {
        inventory.behaveOnce(Manner.SILENT);
        var wanted = new HoldRequest(UUID.randomUUID(), List.of(), new Cause("story", null, null));

        client.reserve(wanted).await().atMost(Duration.ofMinutes(1));

        var id = wanted.orderId().toString();
        assertEquals(List.of(id, id), inventory.asked());
    }

    /** As by an inventory that comes apart at its end. */
    @ParameterizedTest
    @EnumSource(names = {"CUT_OFF", "BROKEN"})
    void aCallThatIsNotAnsweredIsAskedAgain(Manner manner) {
        inventory.behaveOnce(manner);

        String id = Api.post(key, body).then().statusCode(201).extract().path("order_id");

        assertEquals(List.of(id, id), inventory.asked());
        assertEquals(List.of(), inventory.released());
    }

    @Test
    void inventoryDownIsA503AndTheKeyStaysUsable() {
        inventory.behave(Manner.DOWN);

        problem(Api.post(key, body), 503, "inventory-unavailable").then().header("Retry-After", matchesPattern("\\d+"));

        inventory.behave(Manner.PROMPT);
        Api.post(key, body).then().statusCode(201);
    }

    @Test
    void inventoryLateIsA504ItsHoldIsReleasedAndTheKeyGetsANewOrderId() {
        inventory.behave(Manner.LATE);

        problem(Api.post(key, body), 504, "inventory-slow").then().header("Retry-After", matchesPattern("\\d+"));

        var given = inventory.asked().getFirst();
        await().until(() -> inventory.released().contains(given));
        assertFalse(inventory.holds(given));
        inventory.behave(Manner.PROMPT);
        String id = Api.post(key, body).then().statusCode(201).extract().path("order_id");
        assertNotEquals(given, id);
    }

    @Test
    void inventoryIsLeftAloneOnceItIsKnownToBeDown() {
        inventory.behave(Manner.DOWN);

        await().until(() -> {
            var before = inventory.asked().size();
            problem(Api.post(Api.key(), body), 503, "inventory-unavailable");
            return inventory.asked().size() == before;
        });
    }

    @Test
    void holdMadeBeforeTheCircuitOpenedIsReleased() {
        breakers.resetAll();
        inventory.behave(Manner.DOWN);
        // Eighteen calls that failed; the nineteenth and the twentieth open the circuit, so there is no third.
        IntStream.range(0, 6).forEach(_ -> Api.post(Api.key(), body).then().statusCode(503));
        inventory.reset();
        inventory.behave(Manner.LATE);

        problem(Api.post(key, body), 503, "inventory-unavailable");

        assertEquals(2, inventory.asked().size());
        var given = inventory.asked().getFirst();
        await().until(() -> inventory.released().contains(given));
        assertFalse(inventory.holds(given));
    }

    @Test
    void whatAFullBulkheadRefusesIsNoCallThatWentWell() {
        inventory.behave(Manner.ON_DEMAND);
        var before = callsThatWentWell();

        var asked = IntStream.range(0, 64 + 128 + 8)
                .mapToObj(_ -> new HoldRequest(UUID.randomUUID(), List.of(), new Cause("story", null, null)))
                .map(wanted -> client.reserve(wanted).subscribeAsCompletionStage())
                .toList();

        assertEquals(
                8,
                asked.stream()
                        .filter(CompletableFuture::isCompletedExceptionally)
                        .count());
        assertEquals(before, callsThatWentWell());
        inventory.behave(Manner.PROMPT);
        inventory.answerWaiting();
        asked.forEach(it -> it.handle((_, _) -> null).join());
    }

    /** As the circuit breaker has counted them. */
    private static double callsThatWentWell() {
        return Metrics.globalRegistry
                .find("ft.circuitbreaker.calls.total")
                .tag("circuitBreakerResult", "success")
                .counters()
                .stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    @Test
    void holdThatEndsTooSoonIsNotTrusted() {
        inventory.holdFor(1);

        problem(Api.post(key, body), 504, "inventory-slow");

        assertEquals("0", database.one("select count(*) from orders where idempotency_key = ?", key));
        var given = inventory.asked().getFirst();
        await().until(() -> inventory.released().contains(given));
    }

    @Test
    void keyIsKnownWithoutItsClaim() {
        Response first = Api.post(key, body);
        database.update("delete from order_claims where idempotency_key = ?", key);

        var second = Api.post(key, body);

        second.then().statusCode(201).header("Idempotency-Replayed", "true");
        assertEquals(first.body().asString(), second.body().asString());
        problem(Api.post(key, body.replace("cust-1", "cust-2")), 422, "idempotency-key-reused");
    }

    @Test
    void afterACommitOfUnknownOutcomeNothingIsGivenUp() {
        // Deferred, so that it fails the commit itself.
        database.update("""
                create function fail() returns trigger language plpgsql as $$ begin raise exception 'lost'; end $$""");
        database.update("""
                create constraint trigger lose_the_commit after insert on orders deferrable initially deferred
                for each row execute function fail()""");
        try {
            problem(Api.post(key, body), 503, "outcome-unknown").then().header("Retry-After", "30");
        } finally {
            database.update("drop function fail() cascade");
        }

        var given = inventory.asked().getFirst();
        assertEquals("RUNNING", database.one("select state from order_claims where idempotency_key = ?", key));
        assertTrue(inventory.holds(given));
        problem(Api.post(key, body), 409, "still-running");
        database.update("update order_claims set lease_until = now() where idempotency_key = ?", key);
        assertEquals(given, Api.post(key, body).then().statusCode(201).extract().path("order_id"));
        assertEquals(List.of(), inventory.released());
    }

    @Test
    void afterAFailureBeforeTheCommitTheHoldIsReleased() {
        database.update("""
                create function fail() returns trigger language plpgsql
                as $$ begin raise exception 'conflict' using errcode = '40001'; end $$""");
        database.update("create trigger conflict before insert on orders for each row execute function fail()");
        try {
            problem(Api.post(key, body), 503, "database-unavailable").then().header("Retry-After", "2");
        } finally {
            database.update("drop function fail() cascade");
        }

        var given = inventory.asked().getFirst();
        await().until(() -> inventory.released().contains(given));
        Api.post(key, body).then().statusCode(201);
    }

    @Test
    void whatTakesTooLongIsFinishedNevertheless() throws SQLException {
        try (var connection = source.getConnection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("lock table order_claims in exclusive mode");

            problem(Api.post(key, body), 504, "too-slow").then().header("Retry-After", "2");

            connection.rollback();
        }
        await().until(() -> database.one("select count(*) from orders where idempotency_key = ?", key)
                .equals("1"));
        Api.post(key, body).then().statusCode(201).header("Idempotency-Replayed", "true");
        assertEquals(1, inventory.asked().size());
    }
}
