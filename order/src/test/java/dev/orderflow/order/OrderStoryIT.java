package dev.orderflow.order;

import static dev.orderflow.dev.TestPatience.await;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.orderflow.dev.TestLog;
import dev.orderflow.dev.TestServers;
import dev.orderflow.order.Topics.Event;
import io.agroal.api.AgroalDataSource;
import io.micrometer.core.instrument.Metrics;
import io.quarkus.grpc.GrpcService;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.net.URI;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of an order that was placed. */
@QuarkusTest
@WithTestResource(TestServers.class)
@WithTestResource(GrpcPort.class)
class OrderStoryIT {

    @Inject
    @GrpcService
    FakeInventory inventory;

    @Inject
    AgroalDataSource source;

    @Inject
    TestClock clock;

    @TestHTTPResource(value = "/", management = true)
    URI management = URI.create("");

    private Topics topics;
    private Database database;
    private String order;

    @BeforeEach
    void place() {
        inventory.reset();
        topics = new Topics();
        database = new Database(source);
        order = Api.place(Api.order(Api.item(inventory.product("49.99", "USD", 10), 2)));
    }

    @AfterEach
    void close() {
        topics.close();
    }

    @ParameterizedTest
    @CsvSource({"fraud.cleared, inventory.reserved", "inventory.reserved, fraud.cleared"})
    void isConfirmedOnceItIsClearedAndBoundInEitherOrder(String first, String second) {
        topics.publish(first, order);
        await().until(() -> version().equals("2"));
        assertEquals("PENDING", Api.state(order));

        topics.publish(second, order);

        await().until(() -> Api.state(order).equals("CONFIRMED"));
        var events = published(2);
        assertEquals(
                List.of("order.placed", "order.confirmed"),
                events.stream().map(Event::type).toList());
        assertEquals(List.of(1L, 2L), events.stream().map(Event::sequence).toList());
        assertEquals(
                List.of(),
                Schemas.violations("order.confirmed", events.get(1).record().value()));
        assertEquals("story-1", events.get(1).header("ce_correlationid"));
        Api.get(order).then().header("ETag", "\"3\"");
        assertEquals("2", database.one("select sequence from orders where id = ?::uuid", order));
    }

    @ParameterizedTest
    @CsvSource({"fraud.rejected, fraud_rejected", "inventory.reservation_lost, stock_lost"})
    void isCancelledByWhatSpeaksAgainstIt(String input, String reason) {
        topics.publish(input, order);

        await().until(() -> Api.state(order).equals("CANCELLED"));
        Api.get(order).then().body("cancel_reason", equalTo(reason));
        var cancelled = published(2).get(1);
        assertEquals("order.cancelled", cancelled.type());
        assertEquals(reason, cancelled.body().get("reason").textValue());
        assertEquals(
                List.of(),
                Schemas.violations("order.cancelled", cancelled.record().value()));
    }

    @Test
    void secondDeliveryChangesNothing() {
        var id = UUID.randomUUID();
        var body = "{\"order_id\":\"" + order + "\"}";
        topics.publish(id, "fraud.cleared", order, body);
        topics.publish(id, "fraud.cleared", order, body);
        topics.publish("inventory.reserved", order);
        topics.publish("inventory.reserved", order);
        topics.publish("fraud.rejected", order);
        var behind = Api.place(Api.order(Api.item(inventory.product("1.00", "USD", 10), 1)));
        topics.publish("fraud.rejected", behind);

        await().until(() ->
                !Api.state(order).equals("PENDING") && Api.state(behind).equals("CANCELLED"));

        var events = published(2);
        assertEquals(2, events.size());
    }

    @Test
    void unknownOrdersAndUndecodableEventsStopNobody() {
        topics.publish("fraud.cleared", UUID.randomUUID().toString());
        topics.publish("fraud.cleared", "no-uuid");
        topics.publish(UUID.randomUUID(), "fraud.cleared", UUID.randomUUID().toString(), "no JSON");
        topics.publish(UUID.randomUUID(), "fraud.cleared", UUID.randomUUID().toString(), "{}");
        topics.publish("fraud.rejected", order);

        await().until(() -> Api.state(order).equals("CANCELLED"));
    }

    @Test
    void eventOfAnotherOrderThanItsKeyIsParked() {
        var other = UUID.randomUUID().toString();
        var capitals = order.toUpperCase(Locale.ROOT);
        for (var key : List.of(other, capitals)) {
            topics.publish(UUID.randomUUID(), "fraud.rejected", key, "{\"order_id\":\"" + order + "\"}");
        }
        topics.publish(UUID.randomUUID(), "fraud.rejected", capitals, "{\"order_id\":\"" + capitals + "\"}");

        await().until(() -> parked(other) == 1 && parked(capitals) == 2);

        assertEquals("PENDING", Api.state(order));
    }

    private long parked(String key) {
        return Long.parseLong(database.one("select count(*) from parked where key = convert_to(?, 'UTF8')", key));
    }

    @Test
    void isCancelledAtItsDeadlineInItsOwnStory() {
        try (var log = new TestLog("dev.orderflow.order")) {
            database.update("update orders set deadline_at = now() where id = ?::uuid", order);

            await().until(() -> Api.state(order).equals("CANCELLED"));

            var line = await().until(() -> log.about("DeadlinePassed orderId=" + order), Objects::nonNull);
            assertEquals(story(), line.story());
            assertEquals(trace(), line.traceId());
        }

        Api.get(order).then().body("cancel_reason", equalTo("deadline_passed"));
        var events = published(2);
        assertEquals(events.getFirst().header("ce_correlationid"), events.get(1).header("ce_correlationid"));
        var traceId = events.getFirst().header("traceparent").substring(3, 35);
        assertEquals(traceId, events.get(1).header("traceparent").substring(3, 35));
    }

    @Test
    void everyLineOfABatchNamesTheStoryOfItsOwnOrder() throws SQLException {
        var book = inventory.product("1.00", "USD", 100);
        var orders = Stream.generate(() -> Api.place(Api.order(Api.item(book, 1))))
                .limit(10)
                .toList();
        try (var log = new TestLog("dev.orderflow.order")) {
            try (var connection = source.getConnection();
                    var lock = connection.prepareStatement("select from orders where id = ?::uuid for update")) {
                connection.setAutoCommit(false);
                lock.setString(1, order);
                lock.execute();
                // Whoever comes after this one waits, and comes in one batch then.
                topics.publish("inventory.reserved", order);
                await().until(() -> waiting().equals("1"));
                orders.forEach(it -> topics.publishInStory("inventory.reserved", it, "story-" + it, traceOf(it)));
                connection.rollback();
            }

            orders.forEach(it -> await().until(() -> bound(it).equals("t")));

            for (var it : orders) {
                var line = await().until(() -> log.about("StockBound orderId=" + it), Objects::nonNull);
                assertEquals("story-" + it, line.story());
                assertEquals(traceOf(it), line.traceId());
            }
        }
    }

    @Test
    void sweepOfHoldsPassesOverAnOrderThatSomebodyWorksOn() throws SQLException {
        whileSomebodyWorksOnTheFirstDue("hold_due_at", id -> asked(id) == 2);
    }

    @Test
    void sweepOfDeadlinesPassesOverAnOrderThatSomebodyWorksOn() throws SQLException {
        whileSomebodyWorksOnTheFirstDue("deadline_at", id -> Api.state(id).equals("CANCELLED"));
    }

    private void whileSomebodyWorksOnTheFirstDue(String column, Predicate<String> swept) throws SQLException {
        var idle = Api.place(Api.order(Api.item(inventory.product("1.00", "USD", 10), 1)));
        // Due in a moment: it is locked by then.
        var due = "update orders set " + column + " = now() + ?::interval where id = ?::uuid";
        database.update(due, "1000 ms", order);
        database.update(due, "1001 ms", idle);
        try (var connection = source.getConnection();
                var lock = connection.prepareStatement("select from orders where id = ?::uuid for update")) {
            connection.setAutoCommit(false);
            lock.setString(1, order);
            lock.execute();

            // Whoever waits for the locked one never comes to this one.
            await().until(() -> swept.test(idle));

            connection.rollback();
        }
        await().until(() -> swept.test(order));
    }

    @Test
    void metricsTellHowLongTheOldestUndecidedOrderHasWaited() {
        database.update("update orders set placed_at = now() - interval '2 hours' where id = ?::uuid", order);
        await().until(() -> age("pending") >= 7200);

        topics.publish("fraud.review_requested", order);

        await().until(() -> age("under_review") >= 7200);
    }

    @Test
    void whatIsUndoneIsNotCounted() {
        var before = cleared();
        // A sequence is not rolled back: the first commit fails, the second does not.
        database.update("create sequence commits");
        database.update("""
                create function refuse() returns trigger language plpgsql as $$ begin
                  if nextval('commits') = 1 then raise exception 'not now' using errcode = '40001'; end if;
                  return null; end $$""");
        database.update("create constraint trigger refuse after update on orders deferrable initially deferred"
                + " for each row when (new.version > old.version and new.id = '" + order + "')"
                + " execute function refuse()");
        try {
            topics.publish("fraud.cleared", order);
            await().until(() -> version().equals("2"));
            topics.publish("inventory.reserved", order);
            await().until(() -> Api.state(order).equals("CONFIRMED"));
            assertEquals("3", database.one("select last_value from commits"));
        } finally {
            database.update("drop function refuse() cascade");
            database.update("drop sequence commits");
        }

        assertEquals(before + 1, cleared());
    }

    private static double cleared() {
        return Metrics.counter("order.inputs", "input", "FraudCleared", "outcome", "applied")
                .count();
    }

    private double age(String state) {
        var metrics = RestAssured.get(management.resolve("/q/metrics")).body().asString();
        return metrics.lines()
                .filter(line -> line.startsWith("order_age_seconds{") && line.contains("\"" + state + "\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void reviewMovesTheDeadline() {
        var moved = database.one("select deadline_at + interval '23 hours' from orders where id = ?::uuid", order);

        topics.publish("fraud.review_requested", order);

        await().until(() -> version().equals("2"));
        assertEquals(moved, database.one("select deadline_at from orders where id = ?::uuid", order));
        assertEquals("PENDING", Api.state(order));
    }

    /** The timers of all replicas go by one clock, however wrong their own are. */
    @Test
    void deadlineIsSetByTheClockThatJudgesIt() {
        clock.putBack(Duration.ofHours(30));
        String late;
        try {
            late = Api.place(Api.order(Api.item(inventory.product("1.00", "USD", 10), 1)));
        } finally {
            clock.putBack(Duration.ZERO);
        }

        // A sweep that takes the one takes the other, if that is due.
        database.update("update orders set deadline_at = now() where id = ?::uuid", order);
        await().until(() -> Api.state(order).equals("CANCELLED"));
        assertEquals("PENDING", Api.state(late));

        topics.publish("fraud.review_requested", late);
        await().until(() -> database.one(
                        "select deadline_at - now() > interval '23 hours' from orders where id = ?::uuid", late)
                .equals("t"));
    }

    @Test
    void stockOfAPendingOrderIsKeptHeldUntilItIsBound() {
        assertEquals(1, asked());
        database.update("update orders set hold_due_at = now() where id = ?::uuid", order);
        await().until(() -> asked() == 2);
        await().until(() -> database.one(
                        "select hold_due_at > now() + interval '7 minutes' from orders where id = ?::uuid", order)
                .equals("t"));

        inventory.behave(FakeInventory.Manner.DOWN);
        database.update("update orders set hold_due_at = now() where id = ?::uuid", order);
        await().until(() -> asked() >= 3);
        inventory.behave(FakeInventory.Manner.PROMPT);
        await().until(() -> database.one(
                        "select hold_due_at > now() + interval '7 minutes' from orders where id = ?::uuid", order)
                .equals("t"));

        topics.publish("inventory.reserved", order);
        await().until(() -> version().equals("2"));
        var before = asked();
        database.update("update orders set hold_due_at = now() where id = ?::uuid", order);
        var other = Api.place(Api.order(Api.item(inventory.product("1.00", "USD", 10), 1)));
        database.update("update orders set hold_due_at = now() where id = ?::uuid", other);
        await().until(() -> asked(other) == 2);
        assertEquals(before, asked());
    }

    /** Inventory's consumer is away: no event says that the stock is bound. */
    @Test
    void holdDoesNotEndWhileNobodyBindsIt() {
        // Asked for again half-way; the other half is for a machine that is busy.
        inventory.holdFor(8);
        var waiting = Api.place(Api.order(Api.item(inventory.product("1.00", "USD", 10), 1)));

        await().until(() -> asked(waiting) >= 4);

        assertFalse(inventory.lapsed(waiting));
        assertEquals("PENDING", Api.state(waiting));
        assertEquals(
                database.one("select correlation_id from orders where id = ?::uuid", waiting),
                inventory.story(waiting));

        // No test after this one is asked about it.
        inventory.holdFor(900);
        var before = asked(waiting);
        await().until(() -> asked(waiting) > before);
    }

    @Test
    void anUnreachableBrokerOrPeerDoesNotMakeItUnready() {
        inventory.behave(FakeInventory.Manner.DOWN);

        for (var probe : List.of("live", "ready", "started")) {
            RestAssured.get(management.resolve("/q/health/" + probe))
                    .then()
                    .statusCode(200)
                    .body("status", equalTo("UP"));
        }
        var ready =
                RestAssured.get(management.resolve("/q/health/ready")).body().asString();
        assertFalse(ready.contains("Kafka"), ready);
    }

    private static String traceOf(String order) {
        return order.replace("-", "");
    }

    private String bound(String id) {
        return database.one("select bound from orders where id = ?::uuid", id);
    }

    private String waiting() {
        return database.one("select count(*) from pg_stat_activity where datname = current_database()"
                + " and wait_event_type = 'Lock' and query like '%from orders%'");
    }

    private String story() {
        return database.one("select correlation_id from orders where id = ?::uuid", order);
    }

    private String trace() {
        return database.one("select substr(traceparent, 4, 32) from orders where id = ?::uuid", order);
    }

    private long asked() {
        return asked(order);
    }

    private long asked(String id) {
        return inventory.asked().stream().filter(id::equals).count();
    }

    private String version() {
        return database.one("select version from orders where id = ?::uuid", order);
    }

    private List<Event> published(int count) {
        return await().until(() -> Topics.published(order), events -> events.size() >= count);
    }
}
