package dev.orderflow.inventory;

import dev.orderflow.inventory.Ledger.Decided;
import dev.orderflow.inventory.Ledger.Entry;
import dev.orderflow.inventory.Ledger.Task;
import dev.orderflow.inventory.Ledger.Told;
import dev.orderflow.inventory.domain.Decision;
import dev.orderflow.inventory.domain.Line;
import dev.orderflow.inventory.domain.PricedLine;
import dev.orderflow.inventory.domain.Reservation;
import dev.orderflow.inventory.domain.ReservationInput;
import dev.orderflow.messaging.Transaction;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Decides any number of inputs inside one transaction: locks what they concern, takes them one after the other, and
 * writes the outcome, each with one statement of a kind for all of them.
 */
@Singleton
class Decisions {

    private static final Logger LOG = Logger.getLogger(Decisions.class);

    private final InventoryRepository repository;
    private final ProductRepository products;
    private final InventoryMessages messages;

    private final MeterRegistry metrics;

    Decisions(
            InventoryRepository repository,
            ProductRepository products,
            InventoryMessages messages,
            MeterRegistry metrics) {
        this.repository = repository;
        this.products = products;
        this.messages = messages;
        this.metrics = metrics;
    }

    /** Decides in the given order; a task without effect costs no write. */
    Uni<List<Decided>> decide(Transaction tx, List<Task> tasks) {
        SqlConnection sql = tx.sql();
        Set<UUID> orders = new TreeSet<>(tasks.stream().map(Task::orderId).toList());
        return repository
                .lockOrders(sql, orders)
                .chain(() -> repository.find(sql, orders))
                .chain(found -> products.lock(sql, productsToLock(tasks, found))
                        .chain(stock ->
                                InventoryRepository.now(sql).map(now -> new Ledger(messages, found, stock, now))))
                .chain(ledger -> {
                    List<Decided> decided = tasks.stream().map(ledger::decide).toList();
                    tx.afterCommit(() -> report(tasks, decided));
                    return save(tx, ledger).replaceWith(decided);
                });
    }

    private Uni<Void> save(Transaction tx, Ledger ledger) {
        return repository
                .save(tx.sql(), ledger.changedEntries())
                .chain(() -> repository.saveLines(tx.sql(), ledger.changedLines()))
                .chain(() -> append(tx, ledger.told()))
                .chain(() -> products.saveStock(tx.sql(), ledger.changedProducts()));
    }

    private static Uni<Void> append(Transaction tx, List<Told> told) {
        return Multi.createFrom()
                .iterable(told)
                .onItem()
                .transformToUniAndConcatenate(one -> tx.append(one.cause(), List.of(one.event())))
                .onItem()
                .ignoreAsUni();
    }

    /** Only products whose stock may move are locked: binding and repeating, the common cases, do not wait for any. */
    private static Set<String> productsToLock(List<Task> tasks, Map<UUID, Entry> found) {
        Set<String> locked = new HashSet<>();
        Map<UUID, Integer> inputs = new HashMap<>();
        tasks.forEach(task -> inputs.merge(task.orderId(), 1, Integer::sum));
        for (Task task : tasks) {
            Entry entry = found.get(task.orderId());
            Reservation known = entry == null ? new Reservation.Unknown() : entry.reservation();
            // What a second input meets depends on the first: then everything that either names is locked.
            if (known.concernsStock(task.input()) || inputs.getOrDefault(task.orderId(), 0) > 1) {
                named(known, task.input()).map(Line::productId).forEach(locked::add);
            }
        }
        return locked;
    }

    static Stream<Line> named(Reservation reservation, ReservationInput input) {
        Stream<Line> known = reservation instanceof Reservation.WithLines r
                ? r.lines().stream().map(PricedLine::line)
                : Stream.empty();
        return switch (input) {
            case ReservationInput.Reserve reserve -> Stream.concat(known, reserve.lines().stream());
            case ReservationInput.OrderPlaced placed ->
                Stream.concat(known, placed.lines().stream().map(PricedLine::line));
            default -> known;
        };
    }

    private void report(List<Task> tasks, List<Decided> decided) {
        for (int i = 0; i < tasks.size(); i++) {
            report(tasks.get(i), decided.get(i).decision());
        }
    }

    private void report(Task task, Decision decision) {
        String input = task.input().getClass().getSimpleName();
        metrics.counter("inventory.decisions", "input", input, "outcome", outcome(decision))
                .increment();
        // In its own story: others are decided in the same transaction.
        task.cause().tell(task.orderId(), () -> log("%s orderId=%s".formatted(input, task.orderId()), decision));
    }

    private static void log(String what, Decision decision) {
        switch (decision) {
            case Decision.Applied(var next, var _, var _) ->
                LOG.infof("%s: %s", what, next.getClass().getSimpleName());
            case Decision.Ignored(var reason) -> LOG.debugf("%s ignored: reason=%s", what, reason);
            case Decision.Refused(var refusal) -> LOG.infof("%s refused: reason=%s", what, refusal);
            case Decision.Broken(var invariant) -> LOG.errorf("%s broken: reason=%s", what, invariant);
        }
    }

    private static String outcome(Decision decision) {
        return decision.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }
}
