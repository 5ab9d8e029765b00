package dev.orderflow.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.orderflow.inventory.Ledger.Decided;
import dev.orderflow.inventory.Ledger.Entry;
import dev.orderflow.inventory.Ledger.Product;
import dev.orderflow.inventory.Ledger.Task;
import dev.orderflow.inventory.domain.Decision;
import dev.orderflow.inventory.domain.Line;
import dev.orderflow.inventory.domain.Money;
import dev.orderflow.inventory.domain.PricedLine;
import dev.orderflow.inventory.domain.Reservation;
import dev.orderflow.inventory.domain.ReservationInput;
import dev.orderflow.inventory.domain.ReservationInput.OrderCancelled;
import dev.orderflow.inventory.domain.ReservationInput.OrderConfirmed;
import dev.orderflow.inventory.domain.ReservationInput.OrderPlaced;
import dev.orderflow.inventory.domain.ReservationInput.Reserve;
import dev.orderflow.inventory.domain.Stock;
import dev.orderflow.messaging.Cause;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LedgerTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Money PRICE = Money.of("4.50", "EUR");
    private static final String CUP = "0198c7b1-20aa-7c41-8f62-0a9be17d4c05";
    private static final UUID ONE = new UUID(0, 1);
    private static final UUID TWO = new UUID(0, 2);
    private static final Cause BEFORE = new Cause("it began", null, null);
    private static final List<PricedLine> THREE_CUPS = List.of(new PricedLine(CUP, 3, PRICE));

    @Test
    void laterInputsMeetWhatEarlierOnesLeft() {
        Ledger ledger = ledger(5, null, Map.of());

        Decided first = ledger.decide(reserve(ONE));
        Decided second = ledger.decide(reserve(TWO));

        assertInstanceOf(Decision.Applied.class, first.decision());
        assertInstanceOf(Decision.Refused.class, second.decision());
        assertEquals(
                List.of(ONE),
                ledger.changedEntries().stream().map(Entry::orderId).toList());
    }

    @Test
    void wholeStoryInOneBatchIsToldInOrderAndWrittenOnce() {
        Ledger ledger = ledger(5, null, Map.of());

        List.of(new OrderPlaced(THREE_CUPS), new OrderConfirmed(), new OrderConfirmed())
                .forEach(input -> ledger.decide(task(ONE, input)));

        assertEquals(
                List.of("inventory.reserved 1", "inventory.committed 2"),
                ledger.told().stream()
                        .map(told ->
                                told.event().eventType() + " " + told.event().sequence())
                        .toList());
        assertEquals(
                List.of(new Entry(ONE, new Reservation.Committed(THREE_CUPS), 2, 2, story(ONE))),
                ledger.changedEntries());
        assertEquals(List.of(new Stock(CUP, 2, 0, PRICE, null)), stock(ledger));
    }

    @Test
    void sequenceAndStoryGoOnWhereTheStoredOnesEnded() {
        Entry stored = new Entry(ONE, new Reservation.Bound(THREE_CUPS), 7, 4, BEFORE);
        Ledger ledger = ledger(5, null, Map.of(ONE, stored));

        ledger.decide(task(ONE, new OrderCancelled()));

        assertEquals(5, ledger.told().getFirst().event().sequence());
        assertEquals(
                List.of(new Entry(ONE, new Reservation.Released(THREE_CUPS), 8, 5, BEFORE)), ledger.changedEntries());
        assertEquals(List.of(), ledger.changedLines());
    }

    @Test
    void productThatRunsLowIsToldOfInTheStoryThatCausedIt() {
        Ledger ledger = ledger(5, 3L, Map.of());

        ledger.decide(reserve(ONE));

        assertEquals("inventory.low_stock", ledger.told().getFirst().event().eventType());
        assertEquals("story of " + ONE, ledger.told().getFirst().cause().correlationId());
        assertEquals(1, ledger.changedProducts().getFirst().sequence());
    }

    @Test
    void whatNobodyWaitsForChangesNothing() {
        Ledger ledger = ledger(5, null, Map.of());
        Task abandoned = new Task(ONE, reserve(ONE).input(), new Cause("story", null, null), () -> true);

        Decided decided = ledger.decide(abandoned);

        assertInstanceOf(Decision.Ignored.class, decided.decision());
        assertEquals(List.of(), ledger.changedEntries());
        assertEquals(List.of(), ledger.changedProducts());
    }

    /** Of the cups in the house those in the given reservations are reserved. */
    private static Ledger ledger(long onHand, @Nullable Long threshold, Map<UUID, Entry> stored) {
        Product cups = new Product(new Stock(CUP, onHand, 3L * stored.size(), PRICE, threshold), "Cup", 0);
        return new Ledger(new InventoryMessages(), stored, Map.of(CUP, cups), NOON);
    }

    private static Task reserve(UUID order) {
        return task(order, new Reserve(List.of(new Line(CUP, 3)), Duration.ofMinutes(15)));
    }

    private static Task task(UUID order, ReservationInput input) {
        return new Task(order, input, story(order));
    }

    private static Cause story(UUID order) {
        return new Cause("story of " + order, null, null);
    }

    private static List<Stock> stock(Ledger ledger) {
        return ledger.changedProducts().stream().map(Product::stock).toList();
    }
}
