package dev.orderflow.systemtest;

import dev.orderflow.inventory.domain.Reservation;
import dev.orderflow.inventory.domain.ReservationEvent;
import dev.orderflow.inventory.domain.Shelf;
import dev.orderflow.order.domain.Claim;
import dev.orderflow.order.domain.Order;
import dev.orderflow.order.domain.OrderEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One state of everything that takes part in the protocol: an immutable value of a few dozen bytes. Each byte is a slot
 * and holds the number of a value that {@link Values} knows, so that states are small, equal when they are equal, and
 * still made of the services' own classes.
 */
final class World {

    /** The order ids that attempts may use: the first, and the one after the first was given up. */
    static final int ORDERS = 2;

    /** Messages of one kind about one order are a set of senders: the attempts, and the one who keeps holds alive. */
    enum Message {
        RESERVE(0),
        HELD(1),
        REFUSED(2),
        RELEASE(3);

        /** Within an order's slots. */
        private final int slot;

        Message(int slot) {
            this.slot = slot;
        }
    }

    /** What the finished claim answers. */
    enum Answer {
        NONE,
        ORDER,
        REFUSAL
    }

    /** How far an attempt to place the order has come. A crash is no step: the attempt simply takes none any more. */
    enum Progress {
        NOT_STARTED,
        CLAIMED,
        WAITING,
        RESERVED,
        GIVING_UP,
        /** No order will be placed with its hold any more: it may be released. */
        FREE,
        ENDED
    }

    /**
     * An attempt.
     *
     * @param order number of the order id that it works with
     * @param mine the claim's attempt number when it was granted
     */
    record Attempt(Progress progress, int order, int mine) {
        static final Attempt NOT_STARTED = new Attempt(Progress.NOT_STARTED, 0, 0);
        static final Attempt ENDED = new Attempt(Progress.ENDED, 0, 0);

        Attempt at(Progress next) {
            return next == Progress.ENDED ? ENDED : new Attempt(next, order, mine);
        }
    }

    /** The numbers of all values of one kind that were seen so far. */
    static final class Register<T> {
        private final Map<T, Byte> numbers = new HashMap<>();
        private final List<T> values = new ArrayList<>();

        byte number(T value) {
            var known = numbers.get(value);
            if (known != null) {
                return known;
            }
            if (values.size() > Byte.MAX_VALUE) {
                throw new IllegalStateException("more values than a slot can tell apart: " + value);
            }
            var number = (byte) values.size();
            values.add(value);
            numbers.put(value, number);
            return number;
        }

        T value(byte number) {
            return values.get(number);
        }
    }

    /** What the numbers in the slots of one exploration stand for. */
    static final class Values {
        final Register<Optional<Claim>> claims = new Register<>();
        final Register<Answer> answers = new Register<>();
        final Register<Shelf> shelves = new Register<>();
        final Register<Attempt> attempts = new Register<>();
        final Register<Reservation> reservations = new Register<>();
        final Register<Optional<Order>> orders = new Register<>();
        final Register<List<OrderEvent>> orderEvents = new Register<>();
        final Register<List<ReservationEvent>> reservationEvents = new Register<>();
    }

    private static final int CLAIM = 0;
    private static final int SHELF = 1;
    private static final int COMPETITOR = 2;
    private static final int ANSWER = 3;
    private static final int OF_ORDERS = 4;

    // Within an order's slots; the messages come first, one slot for each kind.
    private static final int RESERVATION = Message.values().length;
    private static final int ORDER = RESERVATION + 1;
    private static final int ORDER_EVENTS = RESERVATION + 2;
    private static final int READ_BY_INVENTORY = RESERVATION + 3;
    private static final int RESERVATION_EVENTS = RESERVATION + 4;
    private static final int READ_BY_ORDER = RESERVATION + 5;
    private static final int VERDICT = RESERVATION + 6;
    private static final int PER_ORDER = RESERVATION + 7;

    private static final int ATTEMPTS = OF_ORDERS + ORDERS * PER_ORDER;

    private final Values values;
    private final byte[] slots;

    private World(Values values, byte[] slots) {
        this.values = values;
        this.slots = slots;
    }

    /** The world before anything has happened. */
    static World empty(Shelf shelf, int attempts) {
        var world = new World(new Values(), new byte[ATTEMPTS + attempts])
                .claim(Optional.empty())
                .answer(Answer.NONE)
                .shelf(shelf)
                .competitor(new Reservation.Unknown());
        for (int a = 0; a < attempts; a++) {
            world = world.attempt(a, Attempt.NOT_STARTED);
        }
        for (int o = 0; o < ORDERS; o++) {
            world = world.reservation(o, new Reservation.Unknown()).order(o, Optional.empty());
            world = world.with(slot(o, ORDER_EVENTS), world.values.orderEvents.number(List.of()));
            world = world.with(slot(o, RESERVATION_EVENTS), world.values.reservationEvents.number(List.of()));
        }
        return world;
    }

    /** The state itself. */
    byte[] slots() {
        return slots;
    }

    /** The world in another state. */
    World in(byte[] state) {
        return new World(values, state);
    }

    int attempts() {
        return slots.length - ATTEMPTS;
    }

    Optional<Claim> claim() {
        return values.claims.value(slots[CLAIM]);
    }

    World claim(Optional<Claim> claim) {
        return with(CLAIM, values.claims.number(claim));
    }

    Shelf shelf() {
        return values.shelves.value(slots[SHELF]);
    }

    World shelf(Shelf shelf) {
        return with(SHELF, values.shelves.number(shelf));
    }

    /** The answer that is stored with the claim. */
    Answer answer() {
        return values.answers.value(slots[ANSWER]);
    }

    World answer(Answer answer) {
        return with(ANSWER, values.answers.number(answer));
    }

    /** Somebody else's reservation for the same stock. */
    Reservation competitor() {
        return values.reservations.value(slots[COMPETITOR]);
    }

    World competitor(Reservation reservation) {
        return with(COMPETITOR, values.reservations.number(reservation));
    }

    Attempt attempt(int a) {
        return values.attempts.value(slots[ATTEMPTS + a]);
    }

    World attempt(int a, Attempt attempt) {
        return with(ATTEMPTS + a, values.attempts.number(attempt));
    }

    Reservation reservation(int o) {
        return values.reservations.value(slots[slot(o, RESERVATION)]);
    }

    World reservation(int o, Reservation reservation) {
        return with(slot(o, RESERVATION), values.reservations.number(reservation));
    }

    Optional<Order> order(int o) {
        return values.orders.value(slots[slot(o, ORDER)]);
    }

    World order(int o, Optional<Order> order) {
        return with(slot(o, ORDER), values.orders.number(order));
    }

    /** All that the order has published. */
    List<OrderEvent> orderEvents(int o) {
        return values.orderEvents.value(slots[slot(o, ORDER_EVENTS)]);
    }

    World publishOrderEvents(int o, List<OrderEvent> more) {
        var all = values.orderEvents.number(append(orderEvents(o), more));
        return with(slot(o, ORDER_EVENTS), all);
    }

    /** How many of the order's events inventory has consumed. */
    int readByInventory(int o) {
        return slots[slot(o, READ_BY_INVENTORY)];
    }

    World inventoryReads(int o) {
        return with(slot(o, READ_BY_INVENTORY), (byte) (readByInventory(o) + 1));
    }

    /** All that inventory has published about the order's reservation. */
    List<ReservationEvent> reservationEvents(int o) {
        return values.reservationEvents.value(slots[slot(o, RESERVATION_EVENTS)]);
    }

    World publishReservationEvents(int o, List<ReservationEvent> more) {
        var all = values.reservationEvents.number(append(reservationEvents(o), more));
        return with(slot(o, RESERVATION_EVENTS), all);
    }

    /** How many of the reservation's events the order service has consumed. */
    int readByOrder(int o) {
        return slots[slot(o, READ_BY_ORDER)];
    }

    World orderReads(int o) {
        return with(slot(o, READ_BY_ORDER), (byte) (readByOrder(o) + 1));
    }

    boolean hasVerdict(int o) {
        return slots[slot(o, VERDICT)] != 0;
    }

    World verdict(int o) {
        return with(slot(o, VERDICT), (byte) 1);
    }

    /** Whether the message was ever sent: then it may still arrive, for the first time or once more. */
    boolean sent(Message message, int o, int sender) {
        return (slots[slot(o, message.slot)] & 1 << sender) != 0;
    }

    World send(Message message, int o, int sender) {
        int slot = slot(o, message.slot);
        return with(slot, (byte) (slots[slot] | 1 << sender));
    }

    private static int slot(int o, int of) {
        return OF_ORDERS + o * PER_ORDER + of;
    }

    private static <T> List<T> append(List<T> list, List<T> more) {
        var all = new ArrayList<>(list);
        all.addAll(more);
        return List.copyOf(all);
    }

    private World with(int slot, byte value) {
        if (slots[slot] == value) {
            return this;
        }
        var next = slots.clone();
        next[slot] = value;
        return new World(values, next);
    }
}
