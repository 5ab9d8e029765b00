package dev.orderflow.inventory;

import dev.orderflow.inventory.Ledger.Decided;
import dev.orderflow.inventory.Ledger.Task;
import dev.orderflow.inventory.domain.Decision;
import dev.orderflow.inventory.domain.Line;
import dev.orderflow.inventory.domain.Refusal;
import dev.orderflow.inventory.domain.Reservation;
import dev.orderflow.inventory.domain.ReservationInput;
import dev.orderflow.messaging.Cause;
import dev.orderflow.messaging.Envelope;
import dev.orderflow.messaging.Outbox;
import dev.orderflow.messaging.Transaction;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.pgclient.PgException;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is asked for reservations and what their orders go through. The only place with transactions over them. */
@Singleton
class InventoryService {

    private static final int OVERDUE_AT_ONCE = 500;

    private final Outbox outbox;
    private final InventoryRepository repository;
    private final InventoryMessages messages;
    private final Decisions decisions;

    InventoryService(Outbox outbox, InventoryRepository repository, InventoryMessages messages, Decisions decisions) {
        this.outbox = outbox;
        this.repository = repository;
        this.messages = messages;
        this.decisions = decisions;
    }

    /** An order was broken by its own events: not to be decided here, so the record is parked. */
    static final class InvariantBroken extends RuntimeException {
        private static final long serialVersionUID = 1;

        InvariantBroken(UUID orderId, String invariant) {
            super("order %s: %s".formatted(orderId, invariant));
        }
    }

    /** Nobody waits for the decision any more, so it was not made. */
    static final class Abandoned extends RuntimeException {
        private static final long serialVersionUID = 1;

        Abandoned() {
            super(null, null, false, false);
        }
    }

    /** A decision, and the ends of holds that stood in its way. */
    private record Attempt(Decided decided, List<Task> overdue) {}

    /**
     * Decides on a request of a caller. Stock that is only kept by holds that ended is given back first, so that nobody
     * is refused for its sake.
     *
     * @param abandoned whether the caller has stopped waiting: asked before a connection is taken, before anything is
     *     locked and before the decision; fails with {@link Abandoned} or ignores the input then
     */
    Uni<Decided> decide(UUID orderId, ReservationInput input, Cause cause, BooleanSupplier abandoned) {
        Task task = new Task(orderId, input, cause, abandoned);
        return unlessAbandoned(task, () -> outbox.transaction(tx -> unlessAbandoned(task, () -> attempt(tx, task))))
                .onFailure(InventoryService::isCollision)
                .retry()
                .atMost(3)
                .chain(attempt -> attempt.overdue().isEmpty()
                        ? Uni.createFrom().item(attempt.decided())
                        : expire(attempt.overdue()).chain(() -> decide(orderId, input, cause, abandoned)));
    }

    private static <T> Uni<T> unlessAbandoned(Task task, Supplier<Uni<? extends T>> next) {
        return Uni.createFrom()
                .deferred(
                        () -> task.abandoned().getAsBoolean() ? Uni.createFrom().failure(new Abandoned()) : next.get());
    }

    private Uni<Attempt> attempt(Transaction tx, Task task) {
        return decisions.decide(tx, List.of(task)).map(List::getFirst).chain(decided -> overdue(tx.sql(), decided)
                .map(found -> new Attempt(decided, found)));
    }

    private Uni<List<Task>> overdue(SqlConnection sql, Decided decided) {
        return decided.decision() instanceof Decision.Refused(Refusal.InsufficientStock(var shortages))
                ? repository.overdue(
                        sql, shortages.stream().map(Refusal.Shortage::productId).toList(), Set.of(), OVERDUE_AT_ONCE)
                : Uni.createFrom().item(List.of());
    }

    /** PostgreSQL ended one of several transactions that stood in each other's way: it may be tried again. */
    private static boolean isCollision(Throwable failure) {
        return failure instanceof PgException refused
                && refused.getSqlState() != null
                && refused.getSqlState().startsWith("40");
    }

    /** Applies events of orders. */
    Uni<Void> apply(Transaction tx, List<Envelope> events) {
        List<Task> tasks = events.stream()
                .map(event -> new Task(messages.orderId(event), messages.read(event), event.cause()))
                .toList();
        return expiring(tx.sql(), tasks)
                .chain(all -> decisions.decide(tx, all).invoke(decided -> parkIfBroken(all, decided)))
                .replaceWithVoid();
    }

    /**
     * The tasks, after the end of the holds that stand in their way: no placed order loses its stock to one that is only
     * waiting to be swept. A hold of an order that is among them is about to be bound and stays. Of more holds than one
     * transaction is to lock, the first are given back in others, which have ended before anything is locked here.
     */
    private Uni<List<Task>> expiring(SqlConnection sql, List<Task> tasks) {
        Set<String> wanted = tasks.stream()
                .filter(task -> task.input() instanceof ReservationInput.OrderPlaced)
                .flatMap(task -> Decisions.named(new Reservation.Unknown(), task.input()))
                .map(Line::productId)
                .collect(Collectors.toSet());
        if (wanted.isEmpty()) {
            return Uni.createFrom().item(tasks);
        }
        Set<UUID> own = tasks.stream().map(Task::orderId).collect(Collectors.toSet());
        return repository
                .overdue(sql, wanted, own, OVERDUE_AT_ONCE)
                .chain(overdue -> overdue.size() < OVERDUE_AT_ONCE
                        ? Uni.createFrom()
                                .item(Stream.concat(overdue.stream(), tasks.stream())
                                        .toList())
                        : expire(overdue).chain(() -> expiring(sql, tasks)));
    }

    private static void parkIfBroken(List<Task> tasks, List<Decided> decided) {
        for (int i = 0; i < tasks.size(); i++) {
            parkIfBroken(tasks.get(i), decided.get(i).decision());
        }
    }

    private static void parkIfBroken(Task task, Decision decision) {
        if (decision instanceof Decision.Broken(var invariant)) {
            throw new InvariantBroken(task.orderId(), invariant);
        }
    }

    /** Gives back what is held beyond its time, a few holds at once; tells how many were looked at. */
    Uni<Integer> expireOverdue(int limit) {
        return outbox.transaction(tx -> repository.lockOverdue(tx.sql(), limit).chain(overdue -> expire(tx, overdue)
                .replaceWith(overdue.size())));
    }

    private Uni<Void> expire(List<Task> overdue) {
        return outbox.transaction(tx -> expire(tx, overdue));
    }

    private Uni<Void> expire(Transaction tx, List<Task> overdue) {
        return overdue.isEmpty()
                ? Uni.createFrom().voidItem()
                : decisions.decide(tx, overdue).replaceWithVoid();
    }
}
