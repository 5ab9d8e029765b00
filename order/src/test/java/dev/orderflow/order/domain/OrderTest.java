package dev.orderflow.order.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.orderflow.order.domain.Decision.Applied;
import dev.orderflow.order.domain.Decision.Ignored;
import dev.orderflow.order.domain.Order.Cancelled;
import dev.orderflow.order.domain.Order.Confirmed;
import dev.orderflow.order.domain.Order.Pending;
import dev.orderflow.order.domain.OrderEvent.OrderCancelled;
import dev.orderflow.order.domain.OrderEvent.OrderConfirmed;
import dev.orderflow.order.domain.OrderEvent.OrderPlaced;
import dev.orderflow.order.domain.OrderInput.CustomerCancelled;
import dev.orderflow.order.domain.OrderInput.DeadlinePassed;
import dev.orderflow.order.domain.OrderInput.FraudCleared;
import dev.orderflow.order.domain.OrderInput.FraudRejected;
import dev.orderflow.order.domain.OrderInput.FraudReviewRequested;
import dev.orderflow.order.domain.OrderInput.StockBound;
import dev.orderflow.order.domain.OrderInput.StockCommitted;
import dev.orderflow.order.domain.OrderInput.StockLost;
import dev.orderflow.order.domain.OrderInput.StockReleased;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Currency;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class OrderTest {

    private static final Instant PLACED = Instant.parse("2026-03-01T10:00:00Z");
    private static final Instant HOUR = PLACED.plus(Duration.ofHours(1));
    private static final Instant DAY = PLACED.plus(Duration.ofDays(1));
    private static final Money PRICE = Money.parse("49.99", "USD");
    private static final Purchase PURCHASE =
            Purchase.of(new UUID(0, 1), "cust-1", List.of(new OrderLine("p-1", 2, PRICE)), PLACED);

    private static final OrderInput CLEARED = new FraudCleared();
    private static final OrderInput REJECTED = new FraudRejected();
    private static final OrderInput REVIEW = new FraudReviewRequested(Duration.ofHours(23));
    private static final OrderInput BOUND = new StockBound();
    private static final OrderInput LOST = new StockLost();
    private static final OrderInput COMMITTED = new StockCommitted();
    private static final OrderInput RELEASED = new StockReleased();
    private static final OrderInput CUSTOMER = new CustomerCancelled();
    private static final OrderInput DEADLINE = new DeadlinePassed();
    private static final List<OrderInput> INPUTS =
            List.of(CLEARED, REJECTED, REVIEW, BOUND, LOST, COMMITTED, RELEASED, CUSTOMER, DEADLINE);

    private static final Order FRESH = pending(false, false, false, HOUR);
    private static final Order CLEAR = pending(true, false, false, HOUR);
    private static final Order HELD = pending(false, true, false, HOUR);
    private static final Order REVIEWED = pending(false, false, true, DAY);
    private static final Order REVIEWED_CLEAR = pending(true, false, true, DAY);
    private static final Order REVIEWED_HELD = pending(false, true, true, DAY);
    private static final Order CONFIRMED = new Confirmed(PURCHASE);
    private static final Order CANCELLED = cancelled(CancelReason.STOCK_LOST);

    /** What becomes of each input in each state, in the order of INPUTS; a text is the reason for ignoring it. */
    private static final List<List<Object>> TABLE = List.of(
            // state, cleared, rejected, review, bound, lost, committed, released, customer, deadline passed
            row(FRESH, CLEAR, rejected(), REVIEWED, HELD, lost(), early(), free(), customer(), late()),
            row(
                    CLEAR,
                    "already cleared",
                    rejected(),
                    REVIEWED_CLEAR,
                    CONFIRMED,
                    lost(),
                    early(),
                    free(),
                    customer(),
                    late()),
            row(
                    HELD,
                    CONFIRMED,
                    rejected(),
                    REVIEWED_HELD,
                    "already bound",
                    lost(),
                    early(),
                    free(),
                    customer(),
                    late()),
            row(
                    REVIEWED,
                    REVIEWED_CLEAR,
                    rejected(),
                    again(),
                    REVIEWED_HELD,
                    lost(),
                    early(),
                    free(),
                    customer(),
                    late()),
            row(
                    REVIEWED_CLEAR,
                    "already cleared",
                    rejected(),
                    again(),
                    CONFIRMED,
                    lost(),
                    early(),
                    free(),
                    customer(),
                    late()),
            row(
                    REVIEWED_HELD,
                    CONFIRMED,
                    rejected(),
                    again(),
                    "already bound",
                    lost(),
                    early(),
                    free(),
                    customer(),
                    late()),
            all(CONFIRMED, "already confirmed"),
            all(CANCELLED, "already cancelled"));

    @ParameterizedTest(name = "{1} in {0}")
    @MethodSource("pairs")
    void decidesEveryInputInEveryState(Order state, OrderInput input, Object expected) {
        var decision = state.on(input, DAY);

        switch (expected) {
            case String reason -> assertEquals(new Ignored(reason), decision);
            case Order next -> assertEquals(new Applied(next, events(next)), decision);
            default -> throw new AssertionError(expected);
        }
    }

    static Stream<Arguments> pairs() {
        return TABLE.stream().flatMap(row -> INPUTS.stream()
                .map(input -> Arguments.of(row.getFirst(), input, row.get(1 + INPUTS.indexOf(input)))));
    }

    @Test
    void theTableHasEveryInput() {
        var known = Set.of(OrderInput.class.getPermittedSubclasses());
        var used = new HashSet<Class<?>>();
        INPUTS.forEach(input -> used.add(input.getClass()));

        assertEquals(known, used);
    }

    @Test
    void looksAtTheClockItself() {
        assertEquals(new Ignored("deadline not reached"), FRESH.on(DEADLINE, HOUR.minusMillis(1)));
        assertEquals(new Ignored("deadline not reached"), REVIEWED.on(DEADLINE, HOUR));
        assertInstanceOf(Applied.class, FRESH.on(DEADLINE, HOUR));
    }

    @Test
    void aReviewNeverShortensTheWait() {
        var brief = new FraudReviewRequested(Duration.ofMinutes(-1));

        assertEquals(pending(false, false, true, HOUR), applied(FRESH, brief).order());
    }

    @Test
    void onlyACancellationCompensates() {
        assertEquals(true, applied(FRESH, CUSTOMER).compensates());
        assertEquals(false, applied(CLEAR, BOUND).compensates());
    }

    @Test
    void saysThatItWasPlaced() {
        assertEquals(
                new Applied(FRESH, List.of(new OrderPlaced(PURCHASE))), Order.place(PURCHASE, Duration.ofHours(1)));
    }

    @Test
    void inputsWithoutCompetitionEndInTheSameStateInEveryOrderAndHoweverOften() {
        var repeated = List.of(CLEARED, CLEARED, BOUND, BOUND, REVIEW, REVIEW, COMMITTED, RELEASED);

        assertEquals(Set.of(CONFIRMED), ends(FRESH, repeated, HOUR));
        assertEquals(Set.of(REVIEWED_CLEAR), ends(FRESH, List.of(CLEARED, REVIEW, CLEARED, REVIEW), HOUR));
        assertEquals(Set.of(REVIEWED_HELD), ends(FRESH, List.of(BOUND, REVIEW, BOUND, REVIEW, COMMITTED), HOUR));
    }

    @Test
    void ofCompetingInputsExactlyOneWins() {
        var competing = List.of(CLEARED, BOUND, REJECTED, CUSTOMER, LOST, DEADLINE, BOUND);

        var ends = ends(FRESH, competing, HOUR);

        var expected = new HashSet<Order>(Set.of(CONFIRMED));
        for (var reason : CancelReason.values()) {
            expected.add(cancelled(reason));
        }
        assertEquals(expected, ends);
    }

    @Test
    void tellsTheEndOnce() {
        permutations(List.of(CLEARED, BOUND, REJECTED, CUSTOMER, CLEARED, BOUND))
                .forEach(inputs -> {
                    var events = new ArrayList<OrderEvent>();
                    var order = FRESH;
                    for (var input : inputs) {
                        if (order.on(input, HOUR) instanceof Applied(var next, var news)) {
                            order = next;
                            events.addAll(news);
                        }
                    }
                    assertEquals(events(order), events);
                });
    }

    @Test
    void addsItsLinesUpExactly() {
        var lines = List.of(new OrderLine("p-1", 2, PRICE), new OrderLine("p-2", 1, Money.parse("0.01", "USD")));

        assertEquals(Money.parse("99.99", "USD"), purchase(lines).total());
    }

    @Test
    void noticesATotalThatIsTooLarge() {
        var half = new Money(Long.MAX_VALUE / 2 + 1, Currency.getInstance("USD"));

        assertThrows(ArithmeticException.class, () -> purchase(List.of(new OrderLine("p-1", 2, half))));
        assertThrows(
                ArithmeticException.class,
                () -> purchase(List.of(new OrderLine("p-1", 1, half), new OrderLine("p-2", 1, half))));
    }

    private static Purchase purchase(List<OrderLine> lines) {
        return Purchase.of(new UUID(0, 1), "cust-1", lines, PLACED);
    }

    private static Set<Order> ends(Order start, List<OrderInput> inputs, Instant now) {
        var ends = new HashSet<Order>();
        permutations(inputs).forEach(sequence -> {
            var order = start;
            for (var input : sequence) {
                if (order.on(input, now) instanceof Applied(var next, var _)) {
                    order = next;
                }
            }
            ends.add(order);
        });
        return ends;
    }

    private static Stream<List<OrderInput>> permutations(List<OrderInput> inputs) {
        if (inputs.isEmpty()) {
            return Stream.of(List.of());
        }
        return inputs.stream().distinct().flatMap(first -> {
            var rest = new ArrayList<>(inputs);
            rest.remove(first);
            return permutations(rest).map(tail -> {
                var whole = new ArrayList<OrderInput>();
                whole.add(first);
                whole.addAll(tail);
                return whole;
            });
        });
    }

    private static Applied applied(Order order, OrderInput input) {
        return assertInstanceOf(Applied.class, order.on(input, HOUR));
    }

    private static List<OrderEvent> events(Order end) {
        return switch (end) {
            case Pending _ -> List.of();
            case Confirmed _ -> List.of(new OrderConfirmed(PURCHASE));
            case Cancelled(var _, var reason) -> List.of(new OrderCancelled(PURCHASE, reason));
        };
    }

    private static List<Object> row(Object... cells) {
        return List.of(cells);
    }

    private static List<Object> all(Order state, String reason) {
        var row = new ArrayList<Object>(List.of(state));
        INPUTS.forEach(_ -> row.add(reason));
        return row;
    }

    private static Order pending(boolean cleared, boolean bound, boolean underReview, Instant deadline) {
        return new Pending(PURCHASE, cleared, bound, underReview, deadline);
    }

    private static Order cancelled(CancelReason reason) {
        return new Cancelled(PURCHASE, reason);
    }

    private static Order rejected() {
        return cancelled(CancelReason.FRAUD_REJECTED);
    }

    private static Order lost() {
        return cancelled(CancelReason.STOCK_LOST);
    }

    private static Order customer() {
        return cancelled(CancelReason.CUSTOMER_REQUEST);
    }

    private static Order late() {
        return cancelled(CancelReason.DEADLINE_PASSED);
    }

    private static String again() {
        return "already under review";
    }

    private static String early() {
        return "stock committed before the order was confirmed";
    }

    private static String free() {
        return "stock released before the order was cancelled";
    }
}
