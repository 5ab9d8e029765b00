package dev.orderflow.inventory.domain;

import dev.orderflow.inventory.domain.Decision.Applied;
import dev.orderflow.inventory.domain.Decision.Broken;
import dev.orderflow.inventory.domain.Decision.Ignored;
import dev.orderflow.inventory.domain.Decision.Refused;
import dev.orderflow.inventory.domain.ReservationEvent.Kind;
import dev.orderflow.inventory.domain.ReservationInput.Expire;
import dev.orderflow.inventory.domain.ReservationInput.Forget;
import dev.orderflow.inventory.domain.ReservationInput.OrderCancelled;
import dev.orderflow.inventory.domain.ReservationInput.OrderConfirmed;
import dev.orderflow.inventory.domain.ReservationInput.OrderPlaced;
import dev.orderflow.inventory.domain.ReservationInput.Release;
import dev.orderflow.inventory.domain.ReservationInput.Reserve;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The stock of one order, from the hold to its end. Each state holds exactly the facts that are known in it; of the
 * stock, {@link Held} and {@link Bound} alone have a share.
 */
public sealed interface Reservation {

    /** Nothing was ever heard of the order. */
    record Unknown() implements Reservation {}

    /** Promised to a caller that may place the order until {@code expires}; then it is up for others. */
    record Held(List<PricedLine> lines, Instant expires) implements WithLines {}

    /** Promised to a placed order; does not expire. */
    record Bound(List<PricedLine> lines) implements WithLines {}

    /** The stock of a confirmed order left the house. */
    record Committed(List<PricedLine> lines) implements WithLines {}

    /** Given up, by the caller or with the order. */
    record Released(List<PricedLine> lines) implements WithLines {}

    /** The hold ended before the order was placed. */
    record Expired(List<PricedLine> lines) implements WithLines {}

    /** Over before it held anything, so that a late request does not start what already ended. */
    record Tombstone() implements Reservation {}

    /** A reservation that knows what it is, or was, for. */
    sealed interface WithLines extends Reservation {
        List<PricedLine> lines();
    }

    /** Whether it has a share of the reserved stock. */
    default boolean holdsStock() {
        return this instanceof Held || this instanceof Bound;
    }

    /**
     * Whether the input may move stock, or be refused for want of it. If not, {@link #on} does not look at the shelf, and
     * whoever decides need not lock it.
     */
    default boolean concernsStock(ReservationInput input) {
        return switch (input) {
            case Reserve _ -> this instanceof Unknown || this instanceof Expired;
            case OrderPlaced _ -> !(holdsStock() || this instanceof Committed);
            case Release _, Expire _ -> this instanceof Held;
            case OrderConfirmed _ -> this instanceof Bound;
            case OrderCancelled _ -> holdsStock();
            case Forget _ -> false;
        };
    }

    /** The whole behaviour: what follows from an input now, given the stock of every product that the two name. */
    default Decision on(ReservationInput input, Shelf shelf, Instant now) {
        return switch (new Step(this, input)) {
            case Step(WithLines was, Reserve i) when !isFor(was, i.lines()) -> new Refused(new Refusal.OtherLines());
            case Step(Unknown _, Reserve i) -> hold(i, shelf, now);
            case Step(Held held, Reserve i) ->
                quietly(new Held(held.lines(), latest(held.expires(), now.plus(i.ttl()))));
            case Step(Expired _, Reserve i) -> hold(i, shelf, now);
            case Step(Bound _, Reserve _) -> new Ignored("already bound");
            case Step(Committed _, Reserve _) -> new Ignored("already committed");
            case Step(Released _, Reserve _) -> new Refused(new Refusal.AlreadyReleased());
            case Step(Tombstone _, Reserve _) -> new Refused(new Refusal.AlreadyReleased());

            case Step(Unknown _, Release _) -> quietly(new Tombstone());
            case Step(Held held, Release _) -> giveBack(held, new Released(held.lines()), null);
            case Step(Bound _, Release _) -> new Refused(new Refusal.AlreadyPlaced());
            case Step(Committed _, Release _) -> new Refused(new Refusal.AlreadyPlaced());
            case Step(Released _, Release _) -> new Ignored("already released");
            case Step(Expired _, Release _) -> new Ignored("already expired");
            case Step(Tombstone _, Release _) -> new Ignored("already released");

            case Step(Held held, OrderPlaced i) when !isFor(held, unpriced(i)) -> new Broken("placed with other lines");
            case Step(Held held, OrderPlaced _) -> tell(Kind.RESERVED, new Bound(held.lines()), Movement.NONE);
            case Step(Bound _, OrderPlaced _) -> new Ignored("already bound");
            case Step(Committed _, OrderPlaced _) -> new Ignored("already committed");
            case Step(Unknown _, OrderPlaced i) -> bindAfresh(i, shelf);
            case Step(Expired _, OrderPlaced i) -> bindAfresh(i, shelf);
            case Step(Released _, OrderPlaced i) -> bindAfresh(i, shelf);
            case Step(Tombstone _, OrderPlaced i) -> bindAfresh(i, shelf);

            case Step(Bound b, OrderConfirmed _) ->
                tell(Kind.COMMITTED, new Committed(b.lines()), Movement.commit(b.lines()));
            case Step(Committed _, OrderConfirmed _) -> new Ignored("already committed");
            case Step(Unknown _, OrderConfirmed _) -> new Broken("confirmed without a reservation");
            case Step(Held _, OrderConfirmed _) -> new Broken("confirmed before its stock was bound");
            case Step(Released _, OrderConfirmed _) -> new Broken("confirmed after its stock was released");
            case Step(Expired _, OrderConfirmed _) -> new Broken("confirmed after its hold expired");
            case Step(Tombstone _, OrderConfirmed _) -> new Broken("confirmed without stock");

            case Step(Unknown _, OrderCancelled _) -> quietly(new Tombstone());
            case Step(Held h, OrderCancelled _) -> giveBack(h, new Released(h.lines()), Kind.RELEASED);
            case Step(Bound b, OrderCancelled _) -> giveBack(b, new Released(b.lines()), Kind.RELEASED);
            case Step(Expired e, OrderCancelled _) -> quietly(new Released(e.lines()));
            case Step(Released _, OrderCancelled _) -> new Ignored("already released");
            case Step(Tombstone _, OrderCancelled _) -> new Ignored("already over");
            case Step(Committed _, OrderCancelled _) -> new Broken("cancelled after its stock was committed");

            case Step(Held held, Expire _) when held.expires().isAfter(now) -> new Ignored("not yet expired");
            case Step(Held held, Expire _) -> giveBack(held, new Expired(held.lines()), null);
            case Step(Reservation _, Expire _) -> new Ignored("does not expire");

            case Step(Unknown _, Forget _) -> new Ignored("already forgotten");
            case Step(Held _, Forget _) -> new Ignored("holds stock");
            case Step(Bound _, Forget _) -> new Ignored("holds stock");
            case Step(Reservation _, Forget _) -> quietly(new Unknown());
        };
    }

    private static boolean isFor(WithLines reservation, List<Line> lines) {
        return PricedLine.unpriced(reservation.lines()).equals(lines);
    }

    private static Decision hold(Reserve request, Shelf shelf, Instant now) {
        return shelf.refuses(request.lines()).<Decision>map(Refused::new).orElseGet(() -> {
            List<PricedLine> priced = shelf.priced(request.lines());
            return new Applied(new Held(priced, now.plus(request.ttl())), Movement.take(priced), null);
        });
    }

    /** The order exists and keeps its prices; only whether there is stock is open. */
    private static Decision bindAfresh(OrderPlaced order, Shelf shelf) {
        if (shelf.missing(unpriced(order)).isPresent()) {
            return new Applied(
                    new Tombstone(), Movement.NONE, new ReservationEvent(Kind.RESERVATION_LOST, unpriced(order)));
        }
        return tell(Kind.RESERVED, new Bound(order.lines()), Movement.take(order.lines()));
    }

    private static Decision giveBack(WithLines from, WithLines next, @Nullable Kind news) {
        Movement back = Movement.giveBack(from.lines());
        return news == null ? new Applied(next, back, null) : tell(news, next, back);
    }

    private static Decision tell(Kind news, WithLines next, Movement movement) {
        return new Applied(next, movement, new ReservationEvent(news, PricedLine.unpriced(next.lines())));
    }

    private static Decision quietly(Reservation next) {
        return new Applied(next, Movement.NONE, null);
    }

    private static List<Line> unpriced(OrderPlaced order) {
        return PricedLine.unpriced(order.lines());
    }

    /** Two requests for one order may overtake each other; the hold lasts as long as either was told. */
    private static Instant latest(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    /** A pair to decide on. */
    record Step(Reservation state, ReservationInput input) {}
}
