package dev.orderflow.systemtest;

import dev.orderflow.inventory.domain.Decision.Applied;
import dev.orderflow.inventory.domain.Decision.Broken;
import dev.orderflow.inventory.domain.Decision.Ignored;
import dev.orderflow.inventory.domain.Decision.Refused;
import dev.orderflow.inventory.domain.Line;
import dev.orderflow.inventory.domain.PricedLine;
import dev.orderflow.inventory.domain.Reservation;
import dev.orderflow.inventory.domain.ReservationEvent;
import dev.orderflow.inventory.domain.ReservationInput;
import dev.orderflow.inventory.domain.Shelf;
import dev.orderflow.inventory.domain.Stock;
import dev.orderflow.order.domain.Claim;
import dev.orderflow.order.domain.Money;
import dev.orderflow.order.domain.Order;
import dev.orderflow.order.domain.OrderEvent;
import dev.orderflow.order.domain.OrderInput;
import dev.orderflow.order.domain.OrderLine;
import dev.orderflow.order.domain.Purchase;
import dev.orderflow.systemtest.World.Answer;
import dev.orderflow.systemtest.World.Attempt;
import dev.orderflow.systemtest.World.Message;
import dev.orderflow.systemtest.World.Progress;
import java.util.Currency;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One idempotency key, several attempts, one competitor and one unit of stock, in the hands of an adversary: every
 * message may be late, lost or repeated for ever; every attempt may stop at any step, or be taken over and go on all
 * the same; a commit may succeed without the caller learning it; holds, leases and deadlines end at any moment; events
 * take as long as they like, but come in order and have one effect, which outbox and inbox see to.
 *
 * <p>What is written here is that adversary and what each transaction of the services does at once. Every decision is
 * made by {@link Rules}, that is by the services' own classes.
 */
final class OrderProtocol implements Explorer.Model {

    private static final String PRODUCT = "product";
    private static final Currency CURRENCY = Currency.getInstance("EUR");
    private static final dev.orderflow.inventory.domain.Money PRICE =
            new dev.orderflow.inventory.domain.Money(100, CURRENCY);

    private static final ReservationInput RESERVE =
            new ReservationInput.Reserve(List.of(new Line(PRODUCT, 1)), Rules.OVER_AT_ANY_MOMENT);
    private static final ReservationInput PLACED =
            new ReservationInput.OrderPlaced(List.of(new PricedLine(PRODUCT, 1, PRICE)));

    private final Rules rules;
    private final int attempts;
    private final boolean holdsLast;

    /** @param holdsLast no hold ends before it is used: then no accepted order may lose its stock either */
    OrderProtocol(Rules rules, int attempts, boolean holdsLast) {
        this.rules = rules;
        this.attempts = attempts;
        this.holdsLast = holdsLast;
    }

    @Override
    public World start() {
        return World.empty(Shelf.of(List.of(new Stock(PRODUCT, 1, 0, PRICE, null))), attempts);
    }

    @Override
    public void steps(World world, Explorer.Steps to) {
        for (int a = 0; a < attempts; a++) {
            attempt(world, a, to);
        }
        for (int o = 0; o < World.ORDERS; o++) {
            network(world, o, to);
            time(world, o, to);
            verdict(world, o, to);
            inventoryConsumes(world, o, to);
            orderConsumes(world, o, to);
        }
        competitor(world, to);
    }

    // The order service's way from the request to the answer

    private void attempt(World world, int a, Explorer.Steps to) {
        var attempt = world.attempt(a);
        switch (attempt.progress()) {
            case NOT_STARTED -> claim(world, a, to);
            case CLAIMED ->
                to.step(
                        "attempt %d asks for stock",
                        a, to(Progress.WAITING, world, a).send(Message.RESERVE, attempt.order(), a));
            case WAITING -> await(world, a, to);
            case RESERVED -> place(world, a, to);
            case GIVING_UP -> giveUp(world, a, to);
            case FREE ->
                to.step(
                        "attempt %d releases",
                        a, to(Progress.ENDED, world, a).send(Message.RELEASE, attempt.order(), a));
            case ENDED -> {}
        }
    }

    private void claim(World world, int a, Explorer.Steps to) {
        if (a > 0 && world.attempt(a - 1).progress() == Progress.NOT_STARTED) {
            return; // Attempts are alike: it is enough that they start in this order.
        }
        if (world.claim().isEmpty()) {
            to.step("attempt %d claims the key", a, granted(world, a, rules.claim(id(0))));
            return;
        }
        var claim = world.claim().get();
        switch (rules.again(claim, id(number(claim.orderId()) + 1))) {
            case Claim.Granted(var next)
            when number(next.orderId()) < World.ORDERS ->
                to.step("attempt %d takes the claim over", a, granted(world, a, next));
            case Claim.Granted _ -> {} // No more order ids in this world.
            case Claim.Running _ -> to.wrong("attempt %d has to wait", a, "a lease without length is over");
            case Claim.Answered _ -> answered(world, a, to);
            case Claim.OtherRequest _ -> to.wrong("attempt %d is refused", a, "one request, taken for two");
        }
    }

    private static World granted(World world, int a, Claim claim) {
        return world.claim(Optional.of(claim))
                .attempt(a, new Attempt(Progress.CLAIMED, number(claim.orderId()), claim.attempt()));
    }

    private static void answered(World world, int a, Explorer.Steps to) {
        int o = number(world.claim().orElseThrow().orderId());
        if (world.answer() == Answer.ORDER && world.order(o).isEmpty()) {
            to.wrong("attempt %d repeats the answer", a, "told of an order that does not exist");
        }
        to.step("attempt %d repeats the answer", a, to(Progress.ENDED, world, a));
    }

    private static void await(World world, int a, Explorer.Steps to) {
        int o = world.attempt(a).order();
        if (world.sent(Message.HELD, o, a)) {
            to.step("attempt %d learns that stock is held", a, to(Progress.RESERVED, world, a));
        }
        if (world.sent(Message.REFUSED, o, a)) {
            to.step("attempt %d learns that there is no stock", a, to(Progress.GIVING_UP, world, a));
        }
        to.step("attempt %d waits no longer", a, to(Progress.GIVING_UP, world, a));
        // Asking again needs no step: what was sent once may arrive any number of times.
    }

    /** One transaction: the claim is done and the order exists, or neither. */
    private void place(World world, int a, Explorer.Steps to) {
        var attempt = world.attempt(a);
        var done = rules.placed(world.claim().orElseThrow(), attempt.mine());
        if (done.isEmpty() || world.order(attempt.order()).isPresent()) {
            to.step("attempt %d finds its claim taken", a, to(Progress.ENDED, world, a));
            return;
        }
        var placed = Order.place(purchase(attempt.order()), Rules.OVER_AT_ANY_MOMENT);
        var committed = to(Progress.ENDED, world, a)
                .claim(done)
                .answer(Answer.ORDER)
                .order(attempt.order(), Optional.of(placed.order()))
                .publishOrderEvents(attempt.order(), placed.events());
        to.step("attempt %d places the order", a, committed);
        to.step("attempt %d finds that the hold ends too soon", a, to(Progress.GIVING_UP, world, a));
        if (rules.releasesAfterUnknownCommit()) {
            to.step(
                    "attempt %d places the order, never learns it and releases",
                    a, committed.send(Message.RELEASE, attempt.order(), a));
        }
    }

    private void giveUp(World world, int a, Explorer.Steps to) {
        var attempt = world.attempt(a);
        if (rules.releasesWithoutAbandoning()) {
            to.step(
                    "attempt %d releases at once",
                    a, to(Progress.ENDED, world, a).send(Message.RELEASE, attempt.order(), a));
            return;
        }
        var claim = world.claim().orElseThrow();
        rules.abandoned(claim, attempt.mine())
                .ifPresentOrElse(
                        given -> to.step(
                                "attempt %d abandons its claim",
                                a, to(Progress.FREE, world, a).claim(Optional.of(given))),
                        () -> to.step("attempt %d has nothing to give up", a, to(Progress.ENDED, world, a)));
        if (world.sent(Message.REFUSED, attempt.order(), a)) {
            rules.refused(claim, attempt.mine())
                    .ifPresent(refused -> to.step(
                            "attempt %d answers that there is no stock",
                            a,
                            to(Progress.FREE, world, a)
                                    .claim(Optional.of(refused))
                                    .answer(Answer.REFUSAL)));
        }
    }

    private static World to(Progress progress, World world, int a) {
        return world.attempt(a, world.attempt(a).at(progress));
    }

    // The network between order and inventory

    private void network(World world, int o, Explorer.Steps to) {
        for (int sender = 0; sender <= attempts; sender++) {
            if (world.sent(Message.RESERVE, o, sender)) {
                reserve(world, o, sender, to);
            }
            if (world.sent(Message.RELEASE, o, sender)) {
                decide("inventory is asked to release order %d", world, o, new ReservationInput.Release(), to);
            }
        }
    }

    private void reserve(World world, int o, int sender, Explorer.Steps to) {
        var refused = rules.decide(world.reservation(o), RESERVE, world.shelf()) instanceof Refused;
        // Nobody waits for the answer to the one who only keeps holds alive.
        var answered = sender == attempts ? world : world.send(refused ? Message.REFUSED : Message.HELD, o, sender);
        decide("inventory is asked to reserve for order %d", answered, o, RESERVE, to);
    }

    // Clocks

    private void time(World world, int o, Explorer.Steps to) {
        if (!holdsLast) {
            decide("the hold of order %d ends", world, o, new ReservationInput.Expire(), to);
        }
        if (world.order(o).orElse(null) instanceof Order.Pending pending) {
            decide("the deadline of order %d passes", world, o, new OrderInput.DeadlinePassed(), to);
            if (!pending.bound()) {
                to.step("order %d asks to extend its hold", o, world.send(Message.RESERVE, o, attempts));
            }
        }
    }

    // Consumers of events

    private void verdict(World world, int o, Explorer.Steps to) {
        if (!world.orderEvents(o).isEmpty() && !world.hasVerdict(o)) {
            decide("fraud clears order %d", world.verdict(o), o, new OrderInput.FraudCleared(), to);
            decide("fraud rejects order %d", world.verdict(o), o, new OrderInput.FraudRejected(), to);
        }
    }

    private void inventoryConsumes(World world, int o, Explorer.Steps to) {
        if (!inventoryIsBehind(world, o)) {
            return;
        }
        var read = world.inventoryReads(o);
        switch (world.orderEvents(o).get(world.readByInventory(o))) {
            case OrderEvent.OrderPlaced _ -> decide("inventory hears that order %d is placed", read, o, PLACED, to);
            case OrderEvent.OrderConfirmed _ ->
                decide(
                        "inventory hears that order %d is confirmed",
                        read, o, new ReservationInput.OrderConfirmed(), to);
            case OrderEvent.OrderCancelled _ ->
                decide(
                        "inventory hears that order %d is cancelled",
                        read, o, new ReservationInput.OrderCancelled(), to);
        }
    }

    private void orderConsumes(World world, int o, Explorer.Steps to) {
        if (!orderIsBehind(world, o)) {
            return;
        }
        var read = world.orderReads(o);
        switch (world.reservationEvents(o).get(world.readByOrder(o)).kind()) {
            case RESERVED -> decide("order %d hears that its stock is bound", read, o, new OrderInput.StockBound(), to);
            case RESERVATION_LOST ->
                decide("order %d hears that its stock is lost", read, o, new OrderInput.StockLost(), to);
            case COMMITTED ->
                decide("order %d hears that its stock is committed", read, o, new OrderInput.StockCommitted(), to);
            case RELEASED ->
                decide("order %d hears that its stock is released", read, o, new OrderInput.StockReleased(), to);
        }
    }

    /** One transaction of the order service. */
    private void decide(String what, World world, int o, OrderInput input, Explorer.Steps to) {
        var order = world.order(o).orElseThrow();
        switch (rules.decide(order, input)) {
            case dev.orderflow.order.domain.Decision.Applied(var next, var events) ->
                to.step(what, o, world.order(o, Optional.of(next)).publishOrderEvents(o, events));
            case dev.orderflow.order.domain.Decision.Ignored _ -> to.step(what, o, world);
        }
    }

    /** One transaction of inventory. */
    private void decide(String what, World world, int o, ReservationInput input, Explorer.Steps to) {
        switch (rules.decide(world.reservation(o), input, world.shelf())) {
            case Applied applied -> apply(what, world, o, applied, to);
            case Ignored _ -> to.step(what, o, world);
            case Refused _ -> to.step(what, o, world);
            case Broken(var invariant) -> to.wrong(what, o, "an invariant is broken: " + invariant);
        }
    }

    private static void apply(String what, World world, int o, Applied applied, Explorer.Steps to) {
        var news = Optional.ofNullable(applied.event()).stream().toList();
        try {
            var shelf = world.shelf().after(applied.movement());
            to.step(what, o, world.shelf(shelf).reservation(o, applied.next()).publishReservationEvents(o, news));
        } catch (IllegalArgumentException impossible) {
            to.wrong(what, o, "oversold");
        }
    }

    /** Somebody else who wants the same stock, and gives it back, again and again. */
    private static void competitor(World world, Explorer.Steps to) {
        competitor("a competitor takes the unit", world, RESERVE, to);
        competitor("the competitor gives it back", world, new ReservationInput.Expire(), to);
    }

    private static void competitor(String what, World world, ReservationInput input, Explorer.Steps to) {
        if (world.competitor().on(input, world.shelf(), Rules.NOW) instanceof Applied applied) {
            to.step(
                    what,
                    0,
                    world.shelf(world.shelf().after(applied.movement())).competitor(applied.next()));
        }
    }

    // What must hold

    @Override
    public Optional<String> wrong(World world) {
        var wrong = stock(world);
        if (wrong == null) {
            wrong = key(world);
        }
        boolean quiet = true;
        for (int o = 0; o < World.ORDERS && wrong == null; o++) {
            wrong = order(world, o);
            quiet &= !somethingIsCertainToHappen(world, o);
        }
        for (int o = 0; o < World.ORDERS && quiet && wrong == null; o++) {
            wrong = leftOver(world, o);
        }
        return Optional.ofNullable(wrong);
    }

    private static @Nullable String stock(World world) {
        int holding = world.competitor().holdsStock() ? 1 : 0;
        int committed = 0;
        for (int o = 0; o < World.ORDERS; o++) {
            holding += world.reservation(o).holdsStock() ? 1 : 0;
            committed += world.reservation(o) instanceof Reservation.Committed ? 1 : 0;
        }
        var stock = Objects.requireNonNull(world.shelf().of(PRODUCT));
        if (stock.reserved() != holding) {
            return "reserved stock and holds do not add up";
        }
        return stock.onHand() + committed == 1 ? null : "stock in the house and committed stock do not add up";
    }

    private static @Nullable String key(World world) {
        int placed = 0;
        for (int o = 0; o < World.ORDERS; o++) {
            placed += world.order(o).isPresent() ? 1 : 0;
        }
        if (placed > 1) {
            return "two orders for one key";
        }
        return placed > 0 && world.answer() == Answer.REFUSAL ? "refused, and placed all the same" : null;
    }

    private @Nullable String order(World world, int o) {
        if (confirmed(world, o) && !assured(world.reservation(o))) {
            return "confirmed without stock";
        }
        return holdsLast && lost(world, o) ? "an accepted order lost its stock" : null;
    }

    /** Once all is done that is certain to happen, nothing may hang. */
    private static @Nullable String leftOver(World world, int o) {
        if (confirmed(world, o)) {
            return world.reservation(o) instanceof Reservation.Committed ? null : "confirmed, but not committed";
        }
        return assured(world.reservation(o)) ? "stock is held for no order" : null;
    }

    private static boolean somethingIsCertainToHappen(World world, int o) {
        return inventoryIsBehind(world, o)
                || orderIsBehind(world, o)
                || world.reservation(o) instanceof Reservation.Held
                || world.order(o).orElse(null) instanceof Order.Pending;
    }

    private static boolean inventoryIsBehind(World world, int o) {
        return world.readByInventory(o) < world.orderEvents(o).size();
    }

    private static boolean orderIsBehind(World world, int o) {
        return world.readByOrder(o) < world.reservationEvents(o).size();
    }

    private static boolean confirmed(World world, int o) {
        return world.order(o).orElse(null) instanceof Order.Confirmed;
    }

    private static boolean assured(Reservation reservation) {
        return reservation instanceof Reservation.Bound || reservation instanceof Reservation.Committed;
    }

    private static boolean lost(World world, int o) {
        for (var event : world.reservationEvents(o)) {
            if (event.kind() == ReservationEvent.Kind.RESERVATION_LOST) {
                return true;
            }
        }
        return false;
    }

    private static Purchase purchase(int o) {
        return Purchase.of(id(o), "customer", List.of(new OrderLine(PRODUCT, 1, new Money(100, CURRENCY))), Rules.NOW);
    }

    private static UUID id(int o) {
        return new UUID(0, o);
    }

    private static int number(UUID id) {
        return (int) id.getLeastSignificantBits();
    }
}
