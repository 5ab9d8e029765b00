package dev.orderflow.order;

import static dev.orderflow.dev.TestPatience.await;
import static dev.orderflow.order.PlaceOrderIT.problem;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orderflow.dev.TestServers;
import dev.orderflow.dev.TestSql;
import dev.orderflow.order.FakeInventory.Manner;
import io.agroal.api.AgroalDataSource;
import io.quarkus.grpc.GrpcService;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** G11: without its database the service says so in bounded time, does nothing by halves, and recovers by itself. */
@QuarkusTest
@WithTestResource(TestServers.class)
@WithTestResource(GrpcPort.class)
class DatabaseAwayIT {

    @Inject
    @GrpcService
    FakeInventory inventory;

    @Inject
    AgroalDataSource source;

    @TestHTTPResource(value = "/", management = true)
    URI management = URI.create("");

    private final String key = Api.key();
    private Database database;
    private String body;

    @BeforeEach
    void prepare() {
        inventory.reset();
        database = new Database(source);
        body = Api.order(Api.item(inventory.product("1.00", "USD", 1000), 1));
        await().until(() -> Api.post(Api.key(), body).statusCode() == 201);
        inventory.reset();
    }

    @Test
    void aRequestIsToldToComeAgainAndLeavesNothing() throws Exception {
        new TestSql(source).whileAway(() -> {
            await().until(() -> readiness().statusCode() == 503);
            readiness().then().body("status", equalTo("DOWN"));
            problem(Api.post(key, body), 503, "database-unavailable").then().header("Retry-After", "2");
            return RestAssured.get(management.resolve("/q/health/live")).then().statusCode(200);
        });

        await().until(() -> readiness().statusCode() == 200);
        assertEquals("0", placed());
        assertEquals("0", database.one("select count(*) from order_claims where idempotency_key = ?", key));
        var known = database.query("select id from orders");
        assertTrue(known.containsAll(inventory.asked()), "nothing is held for an order that is not there");
        Api.post(key, body).then().statusCode(201);
    }

    @Test
    void anOrderWhoseStockIsHeldAlreadyIsPlacedWithThatStockLater() throws Exception {
        inventory.behave(Manner.ON_DEMAND);
        var answer = CompletableFuture.supplyAsync(() -> Api.post(key, body));
        await().until(() -> claimed().size() == 1 && inventory.asked().containsAll(claimed()));
        var held = claimed().getFirst();

        new TestSql(source).whileAway(() -> {
            inventory.behave(Manner.PROMPT);
            inventory.answerWaiting();
            return problem(answer.join(), 503, "database-unavailable").then().header("Retry-After", "2");
        });

        assertEquals("0", placed());
        assertFalse(inventory.released().contains(held));
        await().until(() -> readiness().statusCode() == 200);
        problem(Api.post(key, body), 409, "still-running");
        database.update("update order_claims set lease_until = now() where idempotency_key = ?", key);
        Api.post(key, body).then().statusCode(201).body("order_id", equalTo(held));
    }

    /** The database stays frozen until the answer is there. */
    @Test
    @Timeout(60)
    void aFrozenDatabaseCostsBoundedTimeAndWhatWasBegunIsFinished() throws Exception {
        var frozen = processes();
        signal("STOP", frozen);
        try {
            problem(Api.post(key, body), 504, "too-slow").then().header("Retry-After", "2");
        } finally {
            signal("CONT", frozen);
        }

        await().until(() -> Api.post(key, body).statusCode() == 201);
        assertEquals("1", placed());
        await().until(() -> readiness().statusCode() == 200);
    }

    private List<String> claimed() {
        return database.query("select order_id from order_claims where idempotency_key = ?", key);
    }

    private String placed() {
        return database.one("select count(*) from orders where idempotency_key = ?", key);
    }

    private Response readiness() {
        return RestAssured.get(management.resolve("/q/health/ready"));
    }

    /** All of the server, first the one that starts the others: what it started meanwhile would not be frozen. */
    private List<String> processes() {
        var own = Long.parseLong(database.one("select pg_backend_pid()"));
        var server = ProcessHandle.of(own).flatMap(ProcessHandle::parent).orElseThrow();
        return Stream.concat(Stream.of(server), server.children())
                .map(it -> Long.toString(it.pid()))
                .toList();
    }

    private static void signal(String signal, List<String> processes) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("kill", "-" + signal));
        command.addAll(processes);
        new ProcessBuilder(command).inheritIO().start().waitFor();
    }
}
