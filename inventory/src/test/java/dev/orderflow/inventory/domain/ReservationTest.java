package dev.orderflow.inventory.domain;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orderflow.inventory.domain.Decision.Applied;
import dev.orderflow.inventory.domain.Decision.Broken;
import dev.orderflow.inventory.domain.Decision.Ignored;
import dev.orderflow.inventory.domain.Decision.Refused;
import dev.orderflow.inventory.domain.Reservation.Bound;
import dev.orderflow.inventory.domain.Reservation.Committed;
import dev.orderflow.inventory.domain.Reservation.Expired;
import dev.orderflow.inventory.domain.Reservation.Held;
import dev.orderflow.inventory.domain.Reservation.Released;
import dev.orderflow.inventory.domain.Reservation.Tombstone;
import dev.orderflow.inventory.domain.Reservation.Unknown;
import dev.orderflow.inventory.domain.ReservationInput.Expire;
import dev.orderflow.inventory.domain.ReservationInput.Forget;
import dev.orderflow.inventory.domain.ReservationInput.OrderCancelled;
import dev.orderflow.inventory.domain.ReservationInput.OrderConfirmed;
import dev.orderflow.inventory.domain.ReservationInput.OrderPlaced;
import dev.orderflow.inventory.domain.ReservationInput.Release;
import dev.orderflow.inventory.domain.ReservationInput.Reserve;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ReservationTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final Duration TTL = Duration.ofMinutes(15);
    private static final Money PRICE = Money.of("4.50", "EUR");
    private static final List<PricedLine> LINES =
            List.of(new PricedLine("cup", 2, PRICE), new PricedLine("pot", 1, PRICE));
    private static final List<Line> WANTED = PricedLine.unpriced(LINES);
    private static final List<Line> OTHER = List.of(new Line("cup", 3));

    private static final Map<String, Reservation> STATES = new LinkedHashMap<>();
    private static final Map<String, ReservationInput> INPUTS = new LinkedHashMap<>();

    static {
        STATES.put("unknown", new Unknown());
        STATES.put("held", new Held(LINES, NOW.plus(Duration.ofMinutes(5))));
        STATES.put("overdue", new Held(LINES, NOW));
        STATES.put("bound", new Bound(LINES));
        STATES.put("committed", new Committed(LINES));
        STATES.put("released", new Released(LINES));
        STATES.put("expired", new Expired(LINES));
        STATES.put("tombstone", new Tombstone());
        INPUTS.put("reserve", new Reserve(WANTED, TTL));
        INPUTS.put("reserve-other", new Reserve(OTHER, TTL));
        INPUTS.put("release", new Release());
        INPUTS.put("placed", new OrderPlaced(LINES));
        INPUTS.put("confirmed", new OrderConfirmed());
        INPUTS.put("cancelled", new OrderCancelled());
        INPUTS.put("expire", new Expire());
        INPUTS.put("forget", new Forget());
    }

    /** next state, stock, event; or how the input was turned down */
    private static final String TABLE = """
            state     | reserve             | reserve-other  | release              | placed                       | confirmed               | cancelled                     | expire                | forget
            unknown   | Held TAKE -         | Held TAKE -    | Tombstone NONE -     | Bound TAKE RESERVED          | broken                  | Tombstone NONE -              | ignored               | ignored
            held      | Held NONE -         | OtherLines     | Released GIVE_BACK - | Bound NONE RESERVED          | broken                  | Released GIVE_BACK RELEASED   | ignored               | ignored
            overdue   | Held NONE -         | OtherLines     | Released GIVE_BACK - | Bound NONE RESERVED          | broken                  | Released GIVE_BACK RELEASED   | Expired GIVE_BACK -   | ignored
            bound     | ignored             | OtherLines     | AlreadyPlaced        | ignored                      | Committed COMMIT COMMITTED | Released GIVE_BACK RELEASED | ignored              | ignored
            committed | ignored             | OtherLines     | AlreadyPlaced        | ignored                      | ignored                 | broken                        | ignored               | Unknown NONE -
            released  | AlreadyReleased     | OtherLines     | ignored              | Bound TAKE RESERVED          | broken                  | ignored                       | ignored               | Unknown NONE -
            expired   | Held TAKE -         | OtherLines     | ignored              | Bound TAKE RESERVED          | broken                  | Released NONE -               | ignored               | Unknown NONE -
            tombstone | AlreadyReleased     | AlreadyReleased | ignored             | Bound TAKE RESERVED          | broken                  | ignored                       | ignored               | Unknown NONE -
            """;

    private static final String TABLE_WITHOUT_STOCK = """
            state     | reserve           | placed
            unknown   | InsufficientStock | Tombstone NONE RESERVATION_LOST
            held      | Held NONE -       | Bound NONE RESERVED
            overdue   | Held NONE -       | Bound NONE RESERVED
            bound     | ignored           | ignored
            committed | ignored           | ignored
            released  | AlreadyReleased   | Tombstone NONE RESERVATION_LOST
            expired   | InsufficientStock | Tombstone NONE RESERVATION_LOST
            tombstone | AlreadyReleased   | Tombstone NONE RESERVATION_LOST
            """;

    record Cell(String state, String input, Shelf shelf, String expected) {
        @Override
        public String toString() {
            return state + " on " + input + ": " + expected;
        }
    }

    static Stream<Cell> everyPair() {
        Stream<Cell> cells = cells(TABLE, shelf(10));
        return Stream.concat(cells, cells(TABLE_WITHOUT_STOCK, shelf(0)));
    }

    @ParameterizedTest
    @MethodSource("everyPair")
    void followsTheTable(Cell cell) {
        Decision decision = state(cell.state()).on(input(cell.input()), cell.shelf(), NOW);

        assertEquals(cell.expected(), describe(decision));
    }

    @Test
    void tableNamesEveryPair() {
        Set<String> named =
                cells(TABLE, shelf(10)).map(c -> c.state() + " " + c.input()).collect(toSet());

        assertEquals(STATES.size() * INPUTS.size(), named.size());
        assertEquals(
                Set.of(Reservation.class.getPermittedSubclasses()).size()
                        - 1
                        + Reservation.WithLines.class.getPermittedSubclasses().length
                        + 1, // overdue is a second Held
                STATES.size());
        assertEquals(ReservationInput.class.getPermittedSubclasses().length + 1, INPUTS.size()); // and other lines
    }

    @ParameterizedTest
    @MethodSource("everyPair")
    void movesExactlyWhatTheStatesHold(Cell cell) {
        Reservation before = state(cell.state());
        Shelf shelf = holding(before, cell.shelf());

        if (before.on(input(cell.input()), shelf, NOW) instanceof Applied(var next, var movement, var _)) {
            Shelf after = shelf.after(movement);
            assertEquals(
                    held(next),
                    after.stock().values().stream().mapToLong(Stock::reserved).sum());
        }
    }

    @ParameterizedTest
    @MethodSource("everyPair")
    void looksAtTheShelfOnlyWhereItSaysSo(Cell cell) {
        Reservation before = state(cell.state());
        ReservationInput input = input(cell.input());

        Decision decision = before.on(input, cell.shelf(), NOW);

        if (!before.concernsStock(input)) {
            assertEquals(before.on(input, Shelf.of(List.of()), NOW), decision);
            assertTrue(
                    !(decision instanceof Applied applied) || applied.movement().equals(Movement.NONE));
        }
    }

    @Test
    void holdsUntilNowPlusTtlAtTodaysPrices() {
        Decision decision = new Unknown().on(new Reserve(WANTED, TTL), shelf(10), NOW);

        assertEquals(new Applied(new Held(LINES, NOW.plus(TTL)), Movement.take(LINES), null), decision);
    }

    @Test
    void repeatKeepsThePricesAndExtendsTheHold() {
        Instant later = NOW.plus(Duration.ofMinutes(3));
        Held held = new Held(LINES, NOW.plus(TTL));
        Shelf dearer = Shelf.of(List.of(stock("cup", 10, Money.of("9", "EUR")), stock("pot", 10, PRICE)));

        Decision decision = held.on(new Reserve(WANTED, TTL), dearer, later);

        assertEquals(new Applied(new Held(LINES, later.plus(TTL)), Movement.NONE, null), decision);
    }

    @Test
    void overtakenRepeatDoesNotShortenTheHold() {
        Held held = new Held(LINES, NOW.plus(TTL));

        Decision decision = held.on(new Reserve(WANTED, TTL), shelf(10), NOW.minusSeconds(60));

        assertEquals(new Applied(held, Movement.NONE, null), decision);
    }

    @Test
    void sameLinesInAnotherOrderAreTheSameLines() {
        Reserve reversed = new Reserve(WANTED.reversed(), TTL);

        assertEquals(new Reserve(WANTED, TTL), reversed);
    }

    @Test
    void bindsAfreshAtThePricesOfTheOrder() {
        List<PricedLine> agreed = List.of(new PricedLine("cup", 1, Money.of("1.00", "EUR")));

        Decision decision = new Expired(LINES).on(new OrderPlaced(agreed), shelf(1), NOW);

        assertEquals(
                new Applied(
                        new Bound(agreed),
                        Movement.take(agreed),
                        new ReservationEvent(ReservationEvent.Kind.RESERVED, List.of(new Line("cup", 1)))),
                decision);
    }

    @Test
    void placedWithOtherLinesThanHeldIsBroken() {
        Decision decision = new Held(LINES, NOW).on(new OrderPlaced(LINES.subList(0, 1)), shelf(10), NOW);

        assertInstanceOf(Broken.class, decision);
    }

    @Test
    void allLinesOrNone() {
        Shelf oneShort = Shelf.of(List.of(stock("cup", 10, PRICE), stock("pot", 0, PRICE)));

        Decision decision = new Unknown().on(new Reserve(WANTED, TTL), oneShort, NOW);

        assertEquals(new Refused(new Refusal.InsufficientStock(List.of(new Refusal.Shortage("pot", 1, 0)))), decision);
    }

    @Test
    void namesEveryUnknownProduct() {
        Decision decision = new Unknown().on(new Reserve(WANTED, TTL), Shelf.of(List.of()), NOW);

        assertEquals(new Refused(new Refusal.UnknownProducts(List.of("cup", "pot"))), decision);
    }

    @Test
    void refusesProductsOfDifferentCurrencies() {
        Shelf mixed = Shelf.of(List.of(stock("cup", 10, PRICE), stock("pot", 10, Money.of("500", "JPY"))));

        Decision decision = new Unknown().on(new Reserve(WANTED, TTL), mixed, NOW);

        assertEquals(new Refused(new Refusal.MixedCurrencies(List.of("EUR", "JPY"))), decision);
    }

    @Test
    void lostForAProductThatDoesNotExist() {
        Decision decision = new Unknown().on(new OrderPlaced(LINES), Shelf.of(List.of()), NOW);

        assertEquals("Tombstone NONE RESERVATION_LOST", describe(decision));
    }

    @ParameterizedTest
    @CsvSource({"0", "-1", "1000000001"})
    void quantityIsBounded(long quantity) {
        assertThrows(IllegalArgumentException.class, () -> new Line("cup", quantity));
    }

    @Test
    void productTwiceIsNotALine() {
        List<Line> twice = List.of(new Line("cup", 1), new Line("cup", 2));

        assertThrows(IllegalArgumentException.class, () -> new Reserve(twice, TTL));
    }

    /**
     * Two orders compete for three cups; anything may happen to them at any time. In no reachable state is more promised
     * than there is, and in each the stock adds up with the reservations.
     */
    @Test
    void neverOversellsAndAlwaysAddsUp() {
        record World(Reservation one, Reservation other, Shelf shelf) {}
        List<PricedLine> two = List.of(new PricedLine("cup", 2, PRICE));
        List<ReservationInput> anything = List.of(
                new Reserve(PricedLine.unpriced(two), Duration.ZERO),
                new Release(),
                new OrderPlaced(two),
                new OrderConfirmed(),
                new OrderCancelled(),
                new Expire());
        World start = new World(new Unknown(), new Unknown(), Shelf.of(List.of(stock("cup", 3, PRICE))));
        Set<World> seen = new HashSet<>(Set.of(start));
        Deque<World> todo = new ArrayDeque<>(seen);
        while (!todo.isEmpty()) {
            World world = todo.remove();
            Stock cups = world.shelf().stock().values().iterator().next();
            assertEquals(held(world.one()) + held(world.other()), cups.reserved());
            assertEquals(3 - gone(world.one()) - gone(world.other()), cups.onHand());
            List<World> next = new ArrayList<>();
            for (ReservationInput input : anything) {
                if (world.one().on(input, world.shelf(), NOW) instanceof Applied(var r, var movement, var _)) {
                    next.add(new World(r, world.other(), world.shelf().after(movement)));
                }
                if (world.other().on(input, world.shelf(), NOW) instanceof Applied(var r, var movement, var _)) {
                    next.add(new World(world.one(), r, world.shelf().after(movement)));
                }
            }
            next.stream().filter(seen::add).forEach(todo::add);
        }
        assertTrue(seen.size() > 20, "explored only " + seen.size());
    }

    @Test
    void everyOrderOfTheEventsOfACancelledOrderEndsWithoutStock() {
        // Cancelled competes with nothing: whenever a hold, its end and the cancellation come, nothing is kept.
        List<ReservationInput> story =
                List.of(new Reserve(WANTED, TTL), new Release(), new Expire(), new OrderCancelled());
        for (List<ReservationInput> order : permutations(story)) {
            Reservation end = new Unknown();
            for (ReservationInput input : order) {
                for (int delivery = 0; delivery < 2; delivery++) {
                    if (end.on(input, shelf(10), NOW) instanceof Applied applied) {
                        end = applied.next();
                    }
                }
            }
            assertTrue(end instanceof Released || end instanceof Tombstone, order + " ends as " + end);
        }
    }

    private static List<List<ReservationInput>> permutations(List<ReservationInput> inputs) {
        if (inputs.isEmpty()) {
            return List.of(List.of());
        }
        List<List<ReservationInput>> all = new ArrayList<>();
        for (ReservationInput first : inputs) {
            List<ReservationInput> rest = new ArrayList<>(inputs);
            rest.remove(first);
            for (List<ReservationInput> tail : permutations(rest)) {
                List<ReservationInput> one = new ArrayList<>(List.of(first));
                one.addAll(tail);
                all.add(one);
            }
        }
        return all;
    }

    private static String describe(Decision decision) {
        return switch (decision) {
            case Applied(var next, var movement, var event) ->
                next.getClass().getSimpleName() + " " + movement.kind() + " " + (event == null ? "-" : event.kind());
            case Ignored _ -> "ignored";
            case Refused(var refusal) -> refusal.getClass().getSimpleName();
            case Broken _ -> "broken";
        };
    }

    private static Stream<Cell> cells(String table, Shelf shelf) {
        List<String[]> rows =
                table.lines().map(line -> line.trim().split(" *\\| *")).toList();
        return rows.stream().skip(1).flatMap(row -> Stream.iterate(1, i -> i < row.length, i -> i + 1)
                .map(i -> new Cell(row[0], rows.getFirst()[i], shelf, row[i])));
    }

    private static Reservation state(String name) {
        return java.util.Objects.requireNonNull(STATES.get(name), name);
    }

    private static ReservationInput input(String name) {
        return java.util.Objects.requireNonNull(INPUTS.get(name), name);
    }

    private static long held(Reservation reservation) {
        return reservation.holdsStock() && reservation instanceof Reservation.WithLines r ? units(r) : 0;
    }

    private static long gone(Reservation reservation) {
        return reservation instanceof Committed c ? units(c) : 0;
    }

    private static long units(Reservation.WithLines reservation) {
        return reservation.lines().stream().mapToLong(l -> l.line().quantity()).sum();
    }

    private static Shelf holding(Reservation reservation, Shelf available) {
        Shelf shelf = new Shelf(available.stock());
        if (reservation.holdsStock() && reservation instanceof Reservation.WithLines r) {
            for (PricedLine line : r.lines()) {
                Map<String, Stock> more = new LinkedHashMap<>(shelf.stock());
                more.computeIfPresent(
                        line.productId(), (id, s) -> s.restocked(line.line().quantity()));
                shelf = new Shelf(more);
            }
            shelf = shelf.after(Movement.take(r.lines()));
        }
        return shelf;
    }

    private static Shelf shelf(long available) {
        return Shelf.of(List.of(stock("cup", available, PRICE), stock("pot", available, PRICE)));
    }

    private static Stock stock(String product, long available, Money price) {
        return new Stock(product, available, 0, price, null);
    }
}
