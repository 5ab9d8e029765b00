package dev.orderflow.inventory;

import static dev.orderflow.dev.TestPatience.await;
import static dev.orderflow.inventory.Stockroom.line;
import static dev.orderflow.inventory.Stockroom.newId;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.util.concurrent.ListenableFuture;
import dev.orderflow.dev.TestLog;
import dev.orderflow.dev.TestServers;
import dev.orderflow.proto.inventory.v1.CheckStockRequest;
import dev.orderflow.proto.inventory.v1.InventoryServiceGrpc;
import dev.orderflow.proto.inventory.v1.OrderLine;
import dev.orderflow.proto.inventory.v1.PricedLine;
import dev.orderflow.proto.inventory.v1.ReleaseReservationRequest;
import dev.orderflow.proto.inventory.v1.ReserveStockRequest;
import dev.orderflow.proto.inventory.v1.ReserveStockResponse;
import dev.orderflow.proto.inventory.v1.Shortage;
import dev.orderflow.proto.inventory.v1.StockLevel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@QuarkusTest
@WithTestResource(TestServers.class)
@WithTestResource(GrpcPort.class)
class ReserveStockIT {

    private final Stockroom stockroom = new Stockroom();

    @Inject
    MeterRegistry metrics;

    @TestHTTPResource(value = "/", management = true)
    URI management = URI.create("");

    @AfterEach
    void addsUp() {
        assertEquals(List.of(), stockroom.discrepancies());
        stockroom.close();
    }

    @Test
    void holdsEveryLineAndAnswersWithPricesInTheOrderOfTheRequest() {
        String cheap = stockroom.product(10);
        String dear = stockroom.product(10, 123456, "USD", null);

        ReserveStockResponse answer = stockroom.reserve(newId(), line(dear, 2), line(cheap, 3));

        List<PricedLine> lines = answer.getReserved().getLinesList();
        assertEquals(
                List.of(dear, cheap),
                lines.stream().map(PricedLine::getProductId).toList());
        assertEquals(
                List.of(2L, 3L), lines.stream().map(PricedLine::getQuantity).toList());
        assertEquals("1234.56", lines.getFirst().getUnitPrice().getAmount());
        assertEquals("USD", lines.getFirst().getUnitPrice().getCurrency());
        assertEquals(15, Math.ceilDiv(answer.getReserved().getRemaining().getSeconds(), 60L));
        assertEquals(2, stockroom.reserved(dear));
        assertEquals(3, stockroom.reserved(cheap));
    }

    @Test
    void repeatHasNoSecondEffectAndKeepsThePrice() {
        String product = stockroom.product(10);
        String order = newId();
        stockroom.reserve(order, line(product, 4));
        stockroom.execute("update products set unit_price = 1 where id = ?::uuid", product);

        ReserveStockResponse repeat = stockroom.reserve(order, line(product, 4));

        assertEquals("4.99", repeat.getReserved().getLines(0).getUnitPrice().getAmount());
        assertEquals(4, stockroom.reserved(product));
    }

    @Test
    void repeatExtendsTheHold() {
        String product = stockroom.product(10);
        String order = newId();
        stockroom.reserve(order, line(product, 4));
        stockroom.execute(
                "update reservations set expires_at = clock_timestamp() + interval '1 min' where order_id = ?::uuid",
                order);

        ReserveStockResponse repeat = stockroom.reserve(order, line(product, 4));

        assertEquals(15, Math.ceilDiv(repeat.getReserved().getRemaining().getSeconds(), 60L));
        assertEquals(
                14,
                stockroom.number(
                        "select extract(minute from expires_at - clock_timestamp())::int from reservations"
                                + " where order_id = ?::uuid",
                        order));
    }

    @Test
    void sameLinesInAnotherOrderAreARepeat() {
        String one = stockroom.product(10);
        String two = stockroom.product(10);
        String order = newId();
        stockroom.reserve(order, line(one, 1), line(two, 2));

        ReserveStockResponse repeat = stockroom.reserve(order, line(two, 2), line(one, 1));

        assertEquals(two, repeat.getReserved().getLines(0).getProductId());
        assertEquals(1, stockroom.reserved(one));
    }

    @Test
    void allLinesOrNoneNamingWhatIsMissing() {
        String plenty = stockroom.product(10);
        String scarce = stockroom.product(1);
        String order = newId();

        ReserveStockResponse answer = stockroom.reserve(order, line(plenty, 1), line(scarce, 2));

        assertEquals(
                List.of(Shortage.newBuilder()
                        .setProductId(scarce)
                        .setRequested(2)
                        .setAvailable(1)
                        .build()),
                answer.getInsufficientStock().getShortagesList());
        assertEquals(0, stockroom.reserved(plenty));
        assertEquals("none", stockroom.state(order));
    }

    @Test
    void refusalIsNotRemembered() {
        String product = stockroom.product(1);
        String order = newId();
        stockroom.reserve(order, line(product, 2));
        stockroom.execute("update products set on_hand = 2 where id = ?::uuid", product);

        ReserveStockResponse again = stockroom.reserve(order, line(product, 2));

        assertTrue(again.hasReserved());
    }

    @Test
    void namesUnknownProductsWhateverTheyLookLike() {
        String known = stockroom.product(1);
        String unknown = newId();
        String shouted = known.toUpperCase(Locale.ROOT);

        ReserveStockResponse answer = stockroom.reserve(
                newId(), line(known, 1), line(unknown, 1), line("no such thing", 1), line(shouted, 1));

        assertEquals(
                Stream.of(unknown, "no such thing", shouted).sorted().toList(),
                answer.getUnknownProducts().getProductIdsList().stream()
                        .sorted()
                        .toList());
        assertEquals(0, stockroom.reserved(known));
    }

    @Test
    void refusesMixedCurrencies() {
        String dollars = stockroom.product(1);
        String euros = stockroom.product(1, 100, "EUR", null);

        ReserveStockResponse answer = stockroom.reserve(newId(), line(dollars, 1), line(euros, 1));

        assertEquals(List.of("EUR", "USD"), answer.getMixedCurrencies().getCurrenciesList());
    }

    @Test
    void otherLinesForTheSameOrderAreAMistake() {
        String product = stockroom.product(10);
        String order = newId();
        stockroom.reserve(order, line(product, 1));

        assertStatus(Status.Code.INVALID_ARGUMENT, () -> stockroom.reserve(order, line(product, 2)));
        assertEquals(1, stockroom.reserved(product));
    }

    @Test
    void releaseGivesTheStockBackForGood() {
        String product = stockroom.product(10);
        String order = newId();
        stockroom.reserve(order, line(product, 1));

        stockroom.release(order);
        stockroom.release(order);

        assertEquals(0, stockroom.reserved(product));
        assertStatus(Status.Code.ABORTED, () -> stockroom.reserve(order, line(product, 1)));
    }

    @Test
    void releaseOfTheUnknownRefusesTheReserveThatComesLate() {
        String product = stockroom.product(10);
        String order = newId();

        stockroom.release(order);

        assertStatus(Status.Code.ABORTED, () -> stockroom.reserve(order, line(product, 1)));
        assertEquals("TOMBSTONE", stockroom.state(order));
    }

    static Stream<ReserveStockRequest> malformed() {
        String product = newId();
        List<OrderLine> many =
                IntStream.range(0, 101).mapToObj(i -> line(newId(), 1)).toList();
        return Stream.of(
                request(newId()),
                request(""),
                request("17", line(product, 1)),
                request("00000000-0000-0000-0000-00000000000", line(product, 1)),
                request(newId().toUpperCase(Locale.ROOT) + "\0", line(product, 1)),
                request(newId(), line(product, 0)),
                request(newId(), line(product, -1)),
                request(newId(), line(product, 1_000_000_001)),
                request(newId(), line(product, Long.MAX_VALUE)),
                request(newId(), line(product, 1), line(product, 1)),
                request(newId(), line("", 1)),
                request(newId(), line("x".repeat(65), 1)),
                request(newId(), many.toArray(OrderLine[]::new)));
    }

    private static ReserveStockRequest request(String order, OrderLine... lines) {
        return ReserveStockRequest.newBuilder()
                .setOrderId(order)
                .addAllLines(List.of(lines))
                .build();
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void malformedRequestIsTheCallersMistake(ReserveStockRequest request) {
        assertStatus(Status.Code.INVALID_ARGUMENT, () -> stockroom.grpc().reserveStock(request));
    }

    @Test
    void releaseOfAnIdThatIsNoneIsTheCallersMistake() {
        assertStatus(Status.Code.INVALID_ARGUMENT, () -> stockroom
                .grpc()
                .releaseReservation(
                        ReleaseReservationRequest.newBuilder().setOrderId("\0").build()));
    }

    @Test
    void checkTellsWhatIsAvailableOfKnownProducts() {
        String product = stockroom.product(10);
        stockroom.reserve(newId(), line(product, 3));

        List<StockLevel> levels = stockroom
                .grpc()
                .checkStock(CheckStockRequest.newBuilder()
                        .addProductIds(newId())
                        .addProductIds("no such thing")
                        .addProductIds(product)
                        .build())
                .getLevelsList();

        assertEquals(1, levels.size());
        assertEquals(product, levels.getFirst().getProductId());
        assertEquals(7, levels.getFirst().getAvailable());
        assertEquals("4.99", levels.getFirst().getUnitPrice().getAmount());
    }

    @Test
    void whatItsCallerNoLongerWaitsForIsNotDecided() throws SQLException {
        String product = stockroom.product(10);
        String order = newId();
        try (Connection _ = stockroom.blocking(product)) {
            Future<ReserveStockResponse> call = InventoryServiceGrpc.newFutureStub(stockroom.channel())
                    .withDeadlineAfter(3, TimeUnit.SECONDS)
                    .reserveStock(request(order, line(product, 1)));
            await().until(() -> stockroom.waiting() == 1);
            ExecutionException failure = assertThrows(ExecutionException.class, call::get);
            assertEquals(
                    Status.Code.DEADLINE_EXCEEDED, Status.fromThrowable(failure).getCode());
        }

        await().until(() -> stockroom.waiting() == 0 && stockroom.working() == 0);
        assertEquals("none", stockroom.state(order));
        assertEquals(0, stockroom.reserved(product));
    }

    @Test
    void whoGaveUpInTheQueueIsNotEvenLookedAt() throws SQLException {
        String hot = stockroom.product(100);
        String product = stockroom.product(10);
        String order = newId();
        double before = ignored();
        List<ListenableFuture<ReserveStockResponse>> busy;
        try (Connection _ = stockroom.blocking(hot)) {
            // More than there are connections.
            busy = Stream.generate(() -> stockroom.reserving(Duration.ofSeconds(30), newId(), line(hot, 1)))
                    .limit(20)
                    .toList();
            await().until(() -> stockroom.waiting() == 16);

            ExecutionException failure = assertThrows(ExecutionException.class, () -> stockroom
                    .reserving(Duration.ofMillis(500), order, line(product, 1))
                    .get());

            assertEquals(
                    Status.Code.DEADLINE_EXCEEDED, Status.fromThrowable(failure).getCode());
        }

        await().until(() -> busy.stream().allMatch(Future::isDone));
        // Who comes later has its turn later.
        stockroom.reserve(newId(), line(product, 1));
        await().until(() -> stockroom.working() == 0);
        assertEquals("none", stockroom.state(order));
        assertEquals(before, ignored());
    }

    private double ignored() {
        return metrics.counter("inventory.decisions", "input", "Reserve", "outcome", "ignored")
                .count();
    }

    @Test
    void whoComesWhenTooManyWaitIsToldAtOnce() throws SQLException {
        String product = stockroom.product(1000);
        List<ListenableFuture<ReserveStockResponse>> calls;
        try (Connection _ = stockroom.blocking(product)) {
            calls = Stream.generate(() -> stockroom.reserving(Duration.ofSeconds(60), newId(), line(product, 1)))
                    .limit(256 + 10)
                    .toList();

            await().until(() -> calls.stream().filter(Future::isDone).count() >= 10);
        }

        await().until(() -> calls.stream().allMatch(Future::isDone));
        assertEquals(
                10,
                calls.stream()
                        .filter(call -> status(call) == Status.Code.RESOURCE_EXHAUSTED)
                        .count());
        assertTrue(stockroom.reserve(newId(), line(product, 1)).hasReserved());
    }

    private static Status.Code status(ListenableFuture<?> call) {
        return call.state() == Future.State.FAILED
                ? Status.fromThrowable(call.exceptionNow()).getCode()
                : Status.Code.OK;
    }

    @Test
    void linesOfTheLogNameTheStoryOfTheCallerEvenWhenTheHoldEnds() {
        String product = stockroom.product(10);
        String order = newId();
        try (TestLog log = new TestLog("dev.orderflow.inventory")) {
            stockroom.reserveInStory("story-of-" + order, order, line(product, 1));
            TestLog.Line reserved = await().until(() -> log.about("Reserve orderId=" + order), Objects::nonNull);

            stockroom.letExpire(order);
            TestLog.Line expired = await().until(() -> log.about("Expire orderId=" + order), Objects::nonNull);

            assertEquals("story-of-" + order, reserved.story());
            assertEquals(reserved.story(), expired.story());
            assertEquals(reserved.traceId(), expired.traceId());
            assertTrue(reserved.traceId().matches("[0-9a-f]{32}"));
        }
    }

    @Test
    void sweepPassesOverAnOrderThatSomebodyWorksOn() throws SQLException {
        String product = stockroom.product(10);
        String busy = newId();
        String idle = newId();
        List.of(busy, idle).forEach(order -> stockroom.reserve(order, line(product, 1)));
        try (Connection _ = stockroom.blockingOrder(busy)) {
            stockroom.letExpire(busy);
            stockroom.letExpire(idle);

            // Whoever waits for the locked one never comes to this one.
            await().until(() -> stockroom.state(idle).equals("EXPIRED"));

            assertEquals("HELD", stockroom.state(busy));
        }
        await().until(() -> stockroom.state(busy).equals("EXPIRED"));
    }

    @Test
    void databaseThatGoesAwayIsUnavailabilityAndTheRepeatSettlesIt() throws SQLException {
        String product = stockroom.product(10);
        String order = newId();
        try (Connection _ = stockroom.blocking(product)) {
            Future<ReserveStockResponse> call = InventoryServiceGrpc.newFutureStub(stockroom.channel())
                    .withDeadlineAfter(30, TimeUnit.SECONDS)
                    .reserveStock(request(order, line(product, 1)));
            await().until(() -> stockroom.waiting() == 1);
            stockroom.disconnectWaiting();
            ExecutionException failure = assertThrows(ExecutionException.class, call::get);
            assertEquals(Status.Code.UNAVAILABLE, Status.fromThrowable(failure).getCode());
        }

        assertTrue(stockroom.reserve(order, line(product, 1)).hasReserved());
        assertEquals(1, stockroom.reserved(product));
    }

    @Test
    void holdThatEndedCountsAsFreeBeforeAnySweep() {
        String one = stockroom.product(2);
        String two = stockroom.product(2);
        String slow = newId();
        stockroom.reserve(slow, line(one, 2), line(two, 1));
        stockroom.letExpire(slow);

        ReserveStockResponse answer = stockroom.reserve(newId(), line(one, 1));

        assertTrue(answer.hasReserved());
        assertEquals("EXPIRED", stockroom.state(slow));
        assertEquals(0, stockroom.reserved(two));
    }

    @Test
    void expiredHoldIsDecidedAfreshAtTodaysPrice() {
        String product = stockroom.product(2);
        String order = newId();
        stockroom.reserve(order, line(product, 2));
        stockroom.letExpire(order);
        await().until(() -> stockroom.state(order).equals("EXPIRED"));
        stockroom.execute("update products set unit_price = 600 where id = ?::uuid", product);

        ReserveStockResponse again = stockroom.reserve(order, line(product, 2));

        assertEquals("6.00", again.getReserved().getLines(0).getUnitPrice().getAmount());
        assertEquals(2, stockroom.reserved(product));
    }

    @Test
    void holdWithoutOrderIsFreeAgainOneSweepLater() {
        String product = stockroom.product(2);
        String order = newId();
        stockroom.reserve(order, line(product, 2));

        stockroom.letExpire(order);

        await().until(() -> stockroom.reserved(product) == 0);
        assertEquals("EXPIRED", stockroom.state(order));
    }

    @Test
    void sweepsWhateverHasPiledUp() {
        String product = stockroom.product(1000);
        List<String> orders = IntStream.range(0, 250).mapToObj(i -> newId()).toList();
        orders.forEach(order -> stockroom.reserve(order, line(product, 1)));

        stockroom.execute("update reservations set expires_at = clock_timestamp() where state = 'HELD'");

        await().until(() -> stockroom.reserved(product) == 0);
        assertFalse(orders.stream().map(stockroom::state).anyMatch(state -> !state.equals("EXPIRED")));
    }

    @Test
    void metricsTellHowManyReservationsAreHeld() {
        String product = stockroom.product(10);
        stockroom.reserve(newId(), line(product, 1));

        await().until(() -> {
            String held = RestAssured.get(management.resolve("/q/metrics"))
                    .body()
                    .asString()
                    .lines()
                    .filter(line -> line.startsWith("inventory_reservations_held"))
                    .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                    .findFirst()
                    .orElse("none");
            return held.equals(stockroom.number("select count(*) from reservations where state = 'HELD'") + ".0")
                    && !held.equals("0.0");
        });
    }

    private static void assertStatus(Status.Code expected, Executable call) {
        assertEquals(
                expected,
                assertThrows(StatusRuntimeException.class, call).getStatus().getCode());
    }
}
