package dev.orderflow.inventory.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StockTest {

    private static final Money PRICE = Money.of("1", "USD");

    @Test
    void cannotPromiseMoreThanThereIs() {
        Shelf shelf = Shelf.of(List.of(new Stock("cup", 1, 0, PRICE, null)));
        Movement two = Movement.take(List.of(new PricedLine("cup", 2, PRICE)));

        assertThrows(IllegalArgumentException.class, () -> shelf.after(two));
    }

    @Test
    void committedUnitsLeaveTheHouseAndWhatIsAvailableStays() {
        Stock stock = new Stock("cup", 10, 4, PRICE, null);

        assertEquals(new Stock("cup", 7, 1, PRICE, null), stock.moved(Movement.Kind.COMMIT, 3));
        assertEquals(6, stock.moved(Movement.Kind.COMMIT, 3).available());
    }

    @Test
    void roomEndsAtTheMostThatCanBeOnHand() {
        Stock stock = new Stock("cup", Stock.MAX_ON_HAND - 5, 0, PRICE, null);

        assertTrue(stock.hasRoomFor(5));
        assertFalse(stock.hasRoomFor(6));
        assertFalse(stock.hasRoomFor(Long.MAX_VALUE));
    }

    @ParameterizedTest
    @CsvSource({"5, 4, true", "5, 0, true", "4, 3, false", "5, 5, false", "4, 5, false", "6, 5, false"})
    void runsLowOnceForEachCrossing(long before, long after, boolean low) {
        assertEquals(low, withAvailable(after).ranLowSince(withAvailable(before)));
    }

    @Test
    void nobodyWantsToKnowWithoutThreshold() {
        assertFalse(new Stock("cup", 0, 0, PRICE, null).ranLowSince(new Stock("cup", 9, 0, PRICE, null)));
    }

    private static Stock withAvailable(long available) {
        return new Stock("cup", available + 3, 3, PRICE, 5L);
    }
}
