package dev.orderflow.fraud;

import dev.orderflow.fraud.Batch.Assessed;
import dev.orderflow.fraud.domain.FraudRules;
import dev.orderflow.fraud.domain.OrderFacts;
import dev.orderflow.fraud.domain.OrderInput;
import dev.orderflow.fraud.domain.OrderState;
import dev.orderflow.messaging.Cause;
import dev.orderflow.messaging.Envelope;
import dev.orderflow.messaging.Inbox;
import dev.orderflow.messaging.Transaction;
import io.micrometer.core.instrument.Metrics;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Assesses orders in batches, each order once: its row is the proof. What comes for an order that is known to be further,
 * or not known at all, is ignored and counted.
 */
@ApplicationScoped
class FraudService {

    private static final Logger LOG = Logger.getLogger(FraudService.class);

    private record Received(OrderInput input, Cause cause, Instant at) {}

    private final FraudRepository repository;
    private final FraudMessages messages;
    private final FraudRules rules;
    private final Inbox inbox;

    FraudService(FraudRepository repository, FraudMessages messages, FraudRules rules, Inbox inbox) {
        this.repository = repository;
        this.messages = messages;
        this.rules = rules;
        this.inbox = inbox;
    }

    Uni<Void> apply(Transaction transaction, List<Envelope> fresh) {
        List<Received> received = fresh.stream()
                .map(envelope -> new Received(messages.read(envelope), envelope.cause(), envelope.timestamp()))
                .toList();
        return assess(transaction, received).chain(batch -> store(transaction, batch));
    }

    private Uni<Batch> assess(Transaction transaction, List<Received> received) {
        List<UUID> orderIds = received.stream().map(r -> r.input().orderId()).toList();
        return repository.orders(transaction.sql(), orderIds).chain(orders -> repository
                .lockCustomers(transaction.sql(), seen(received, orders), placed(received))
                .map(customers -> {
                    Batch batch = new Batch(rules, customers, orders);
                    received.forEach(each -> batch.apply(each.input(), each.cause()));
                    return batch;
                }));
    }

    private Uni<Void> store(Transaction transaction, Batch batch) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        return repository
                .store(transaction.sql(), batch, now)
                .chain(() -> publish(transaction, batch.assessed, now))
                .invoke(() -> transaction.afterCommit(() -> report(batch)));
    }

    private Uni<Void> publish(Transaction transaction, List<Assessed> assessed, Instant now) {
        List<Uni<Void>> appends = assessed.stream()
                .map(a -> transaction.append(a.cause(), List.of(messages.verdict(a.order(), a.assessment(), now))))
                .toList();
        return appends.isEmpty()
                ? Uni.createFrom().voidItem()
                : Uni.join().all(appends).andFailFast().replaceWithVoid();
    }

    /**
     * The customers whose rows are touched and when they were last heard of. An event for an unknown order does not make
     * its customer known.
     */
    private static SortedMap<String, Instant> seen(List<Received> received, Map<UUID, OrderState> orders) {
        var placedHere = placed(received).stream().map(order -> order.orderId()).collect(Collectors.toSet());
        SortedMap<String, Instant> seen = new TreeMap<>();
        received.stream()
                .filter(each -> orders.containsKey(each.input().orderId())
                        || placedHere.contains(each.input().orderId()))
                .forEach(each -> seen.merge(each.input().customerId(), each.at(), (a, b) -> a.isAfter(b) ? a : b));
        return seen;
    }

    private static List<OrderFacts> placed(List<Received> received) {
        return received.stream()
                .map(Received::input)
                .filter(OrderInput.Placed.class::isInstance)
                .map(input -> ((OrderInput.Placed) input).order())
                .toList();
    }

    private void report(Batch batch) {
        batch.assessed.forEach(a -> {
            String verdict = a.assessment().verdict().name().toLowerCase(Locale.ROOT);
            Metrics.counter("fraud.assessments", "verdict", verdict).increment();
            a.cause()
                    .tell(
                            a.order().orderId(),
                            () -> LOG.infof(
                                    "assessed: orderId=%s verdict=%s score=%d",
                                    a.order().orderId(), verdict, a.assessment().score()));
        });
        batch.ignored.forEach(ignored -> {
            inbox.ignored(FraudConsumer.NAME, ignored.reason());
            ignored.cause()
                    .tell(
                            ignored.orderId(),
                            () -> LOG.debugf(
                                    "event ignored: orderId=%s reason=%s", ignored.orderId(), ignored.reason()));
        });
    }
}
