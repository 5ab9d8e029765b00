package dev.orderflow.order;

import dev.orderflow.messaging.Cause;
import dev.orderflow.messaging.Envelope;
import dev.orderflow.messaging.Outbox;
import dev.orderflow.messaging.OutgoingEvent;
import dev.orderflow.messaging.Transaction;
import dev.orderflow.order.Reservation.Held;
import dev.orderflow.order.domain.Claim;
import dev.orderflow.order.domain.Decision.Applied;
import dev.orderflow.order.domain.Decision.Ignored;
import dev.orderflow.order.domain.Order;
import dev.orderflow.order.domain.Order.Pending;
import dev.orderflow.order.domain.OrderInput;
import dev.orderflow.order.domain.OrderInput.DeadlinePassed;
import dev.orderflow.order.domain.Purchase;
import io.micrometer.core.instrument.Metrics;
import io.opentelemetry.api.trace.Span;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import org.jboss.logging.Logger.Level;

/** The transactions: an order is placed in one, and what happens to it later is decided by the order itself in others. */
@ApplicationScoped
class OrderService {

    private static final Logger LOG = Logger.getLogger(OrderService.class);

    private final Outbox outbox;
    private final OrderRepository orders;
    private final OrderMessages messages;
    private final OrderTimes times;

    OrderService(Outbox outbox, OrderRepository orders, OrderMessages messages, OrderTimes times) {
        this.outbox = outbox;
        this.orders = orders;
        this.messages = messages;
        this.times = times;
    }

    /** What came of the attempt to place an order whose stock is held. */
    sealed interface Placing {
        /** It is durable. */
        record Placed(Answer answer) implements Placing {}

        /** Another attempt owns the claim, or has ended it: nothing was stored. */
        record ClaimLost() implements Placing {}

        /** The hold would end before inventory could hear of the order: nothing was stored. */
        record HoldTooShort() implements Placing {}

        /** The prices cannot be added up: nothing was stored. */
        record TotalTooLarge() implements Placing {}
    }

    /** The commit was sent and not answered: the order is placed or it is not. */
    static final class OutcomeUnknown extends RuntimeException {
        private static final long serialVersionUID = 1;

        OutcomeUnknown(Throwable cause) {
            super(cause);
        }
    }

    /**
     * Stores the order, its first event and the claim's answer in one transaction.
     *
     * @return fails with {@link OutcomeUnknown} when the commit may have happened; with anything else it did not
     */
    Uni<Placing> place(Submission submission, Claim mine, Held held) {
        Purchase purchase;
        try {
            purchase = Purchase.of(mine.orderId(), submission.customerId(), held.lines(), times.now());
        } catch (ArithmeticException _) {
            return Uni.createFrom().item(new Placing.TotalTooLarge());
        }
        if (!times.lastLongEnough(held)) {
            return Uni.createFrom().item(new Placing.HoldTooShort());
        }
        var applied = Order.place(purchase, times.deadline());
        var answer = new Answer(201, messages.text(applied.order()), mine.orderId(), false);
        var event = messages.event(
                applied.events().getFirst(), 1, purchase.placedAt(), messages.contactReference(submission.contact()));
        var committing = new AtomicBoolean();
        return outbox.transaction(tx -> orders.place(
                                tx.sql(), submission, mine, (Pending) applied.order(), held.renewAfter(), answer)
                        .flatMap(stored -> stored
                                ? tx.append(submission.cause(), List.of(event))
                                        .replaceWith((Placing) new Placing.Placed(answer))
                                : Uni.createFrom().failure(new NotMine()))
                        .invoke(() -> committing.set(true)))
                .invoke(() -> submission
                        .cause()
                        .tell(mine.orderId(), () -> LOG.infof("order placed orderId=%s", mine.orderId())))
                .onFailure(NotMine.class)
                .recoverWithItem(new Placing.ClaimLost())
                .onFailure(_ -> committing.get())
                .transform(OutcomeUnknown::new);
    }

    /** The answer to a request whose order is placed, as it was at first; still running when it is not. */
    Uni<Answer> answer(Submission submission) {
        return orders.purchase(submission).map(found -> found.map(purchase -> new Answer(
                        201,
                        messages.text(Order.place(purchase, times.deadline()).order()),
                        purchase.orderId(),
                        true))
                .orElseThrow(Problems::running));
    }

    /** Undoes the transaction of an attempt that does not own its claim any more. */
    private static final class NotMine extends RuntimeException {
        private static final long serialVersionUID = 1;

        NotMine() {
            super(null, null, false, false);
        }
    }

    /** Applies what other services have said, in the order of the list. */
    Uni<Void> apply(Transaction tx, List<Envelope> fresh) {
        var arrivals = new ArrayList<Arrival>();
        for (var envelope : fresh) {
            var input = messages.input(envelope);
            Ids.parse(messages.orderId(envelope))
                    .ifPresentOrElse(
                            id -> arrivals.add(new Arrival(id, input, envelope.cause(), envelope.span())),
                            () -> tx.afterCommit(() -> count(input, "unknown_order")));
        }
        var ids = arrivals.stream().map(Arrival::orderId).distinct().toList();
        return orders.lock(tx.sql(), ids).flatMap(locked -> decide(tx, locked, arrivals, times.now()));
    }

    /** Cancels some of the orders whose deadline has passed by the database's clock; tells how many there were. */
    Uni<Integer> expire(int limit) {
        return outbox.transaction(tx -> orders.lockOverdue(tx.sql(), limit).flatMap(overdue -> {
            var arrivals = overdue.entrySet().stream()
                    .map(it -> new Arrival(
                            it.getKey(), new DeadlinePassed(), it.getValue().story(), Span.current()))
                    .toList();
            return orders.now(tx.sql())
                    .flatMap(now -> decide(tx, overdue, arrivals, now))
                    .replaceWith(overdue.size());
        }));
    }

    /** Something that happened to an order, and why. */
    private record Arrival(UUID orderId, OrderInput input, Cause cause, Span span) {
        /** In its own story: others arrive in the same batch. */
        void tell(String outcome, Level level) {
            cause.tell(orderId, () -> LOG.logf(level, "%s orderId=%s %s", name(input), orderId, outcome));
        }
    }

    /** Events with the cause that they share. */
    private record Batch(Cause cause, List<OutgoingEvent> events) {}

    private Uni<Void> decide(Transaction tx, Map<UUID, StoredOrder> locked, List<Arrival> arrivals, Instant now) {
        var changed = new LinkedHashMap<UUID, StoredOrder>();
        var batches = new ArrayList<Batch>();
        for (var arrival : arrivals) {
            var stored = changed.getOrDefault(arrival.orderId(), locked.get(arrival.orderId()));
            if (stored == null) {
                tx.afterCommit(() -> count(arrival.input(), "unknown_order"));
                continue;
            }
            switch (stored.order().on(arrival.input(), now)) {
                case Ignored(var reason) -> {
                    arrival.span().setAttribute("orderflow.outcome", "ignored");
                    tx.afterCommit(() -> report(arrival, "ignored", "ignored reason=" + reason, Level.DEBUG));
                }
                case Applied applied -> {
                    var outcome = applied.compensates() ? "compensated" : "applied";
                    arrival.span()
                            .setAttribute("orderflow.outcome", outcome)
                            .setAttribute("orderflow.order.state", name(applied.order()));
                    tx.afterCommit(() -> report(arrival, outcome, "state=" + name(applied.order()), Level.INFO));
                    changed.put(arrival.orderId(), stored.changed(applied));
                    batches.add(new Batch(arrival.cause(), events(applied, stored.sequence(), now)));
                }
            }
        }
        return orders.change(tx.sql(), changed, locked).chain(() -> append(tx, batches));
    }

    private static void report(Arrival arrival, String outcome, String text, Level level) {
        count(arrival.input(), outcome);
        arrival.tell(text, level);
    }

    private List<OutgoingEvent> events(Applied applied, long sequence, Instant now) {
        var numbered = new ArrayList<OutgoingEvent>();
        for (var event : applied.events()) {
            numbered.add(messages.event(event, sequence + numbered.size() + 1, now, null));
        }
        return numbered;
    }

    private static Uni<Void> append(Transaction tx, List<Batch> batches) {
        return Multi.createFrom()
                .iterable(batches)
                .filter(batch -> !batch.events().isEmpty())
                .onItem()
                .transformToUniAndConcatenate(batch -> tx.append(batch.cause(), batch.events()))
                .collect()
                .last();
    }

    /** Every input has one of these outcomes: applied, compensated, ignored, or an order that nobody knows. */
    private static void count(OrderInput input, String outcome) {
        // Bounded labels: nine inputs, four outcomes.
        Metrics.counter("order.inputs", "input", name(input), "outcome", outcome)
                .increment();
    }

    private static String name(Object value) {
        return value.getClass().getSimpleName();
    }
}
