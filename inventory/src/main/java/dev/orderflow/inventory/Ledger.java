package dev.orderflow.inventory;

import dev.orderflow.inventory.domain.Decision;
import dev.orderflow.inventory.domain.Decision.Applied;
import dev.orderflow.inventory.domain.Decision.Ignored;
import dev.orderflow.inventory.domain.Line;
import dev.orderflow.inventory.domain.Movement;
import dev.orderflow.inventory.domain.Reservation;
import dev.orderflow.inventory.domain.ReservationInput;
import dev.orderflow.inventory.domain.Shelf;
import dev.orderflow.inventory.domain.Stock;
import dev.orderflow.messaging.Cause;
import dev.orderflow.messaging.OutgoingEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;

/**
 * The reservations and the stock that one transaction has locked, while inputs are applied to them one after the other.
 * It remembers what changed and what has to be told; nothing is written before the last input.
 */
final class Ledger {

    /** An input on its way to a reservation. Whoever sent it may have stopped waiting: then it is not decided. */
    record Task(UUID orderId, ReservationInput input, Cause cause, BooleanSupplier abandoned) {
        Task(UUID orderId, ReservationInput input, Cause cause) {
            this(orderId, input, cause, () -> false);
        }
    }

    /** What was decided, the reservation as it is then, and when that was. */
    record Decided(Decision decision, Reservation reservation, Instant at) {}

    /** A reservation as stored, with the story that it began in; one of which nothing is stored has version 0. */
    record Entry(UUID orderId, Reservation reservation, long version, long sequence, Cause story) {
        Entry next(Reservation changed, boolean told) {
            return new Entry(orderId, changed, version + 1, told ? sequence + 1 : sequence, story);
        }
    }

    /** A product as stored, as far as its stock is concerned. */
    record Product(Stock stock, String name, long sequence) {
        Product with(Stock changed) {
            return new Product(changed, name, changed.ranLowSince(stock) ? sequence + 1 : sequence);
        }

        /** With so many more units, of which an event will tell. */
        Product restocked(long quantity) {
            return new Product(stock.restocked(quantity), name, sequence + 1);
        }
    }

    /** Something to publish and why. */
    record Told(Cause cause, OutgoingEvent event) {}

    private final InventoryMessages messages;
    private final Instant now;
    private final Map<UUID, Entry> before;
    private final Map<UUID, Entry> entries;
    private final Map<String, Product> products;
    private final Map<String, Product> changedProducts = new LinkedHashMap<>();
    private final List<Told> told = new ArrayList<>();
    private Shelf shelf;

    Ledger(InventoryMessages messages, Map<UUID, Entry> entries, Map<String, Product> products, Instant now) {
        this.messages = messages;
        this.now = now;
        this.before = Map.copyOf(entries);
        this.entries = new LinkedHashMap<>(entries);
        this.products = new LinkedHashMap<>(products);
        this.shelf = Shelf.of(products.values().stream().map(Product::stock).toList());
    }

    Decided decide(Task task) {
        Entry entry = entry(task);
        if (task.abandoned().getAsBoolean()) {
            return new Decided(new Ignored("nobody waits for it any more"), entry.reservation(), now);
        }
        Decision decision = entry.reservation().on(task.input(), shelf, now);
        if (decision instanceof Applied applied) {
            apply(task, entry, applied);
        }
        return new Decided(decision, entry(task).reservation(), now);
    }

    /** The reservations that are not any more as they were found. */
    List<Entry> changedEntries() {
        return entries.values().stream()
                .filter(entry -> !entry.equals(before.get(entry.orderId())))
                .toList();
    }

    /** Those of them whose lines have to be written. */
    List<Entry> changedLines() {
        return changedEntries().stream()
                .filter(entry -> !lines(entry).equals(linesBefore(entry.orderId())))
                .toList();
    }

    private List<?> linesBefore(UUID orderId) {
        Entry entry = before.get(orderId);
        return entry == null ? List.of() : lines(entry);
    }

    List<Product> changedProducts() {
        return List.copyOf(changedProducts.values());
    }

    List<Told> told() {
        return List.copyOf(told);
    }

    static List<?> lines(Entry entry) {
        return entry.reservation() instanceof Reservation.WithLines known ? known.lines() : List.of();
    }

    private void apply(Task task, Entry entry, Applied applied) {
        Entry next = entry.next(applied.next(), applied.event() != null);
        entries.put(next.orderId(), next);
        if (applied.event() != null) {
            told.add(new Told(task.cause(), messages.event(next.orderId(), applied.event(), next.sequence(), now)));
        }
        move(task.cause(), applied.movement());
    }

    private void move(Cause cause, Movement movement) {
        shelf = shelf.after(movement);
        for (Line line : movement.lines()) {
            products.computeIfPresent(line.productId(), (id, product) -> {
                Product moved = product.with(shelf.stock().getOrDefault(id, product.stock()));
                if (moved.sequence() > product.sequence()) {
                    told.add(new Told(cause, messages.lowStock(moved, now)));
                }
                changedProducts.put(id, moved);
                return moved;
            });
        }
    }

    private Entry entry(Task task) {
        return entries.getOrDefault(
                task.orderId(), new Entry(task.orderId(), new Reservation.Unknown(), 0, 0, task.cause()));
    }
}
