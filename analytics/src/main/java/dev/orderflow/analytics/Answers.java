package dev.orderflow.analytics;

import dev.orderflow.analytics.Views.Amount;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Rows → answers. */
final class Answers {

    /** A number of events with their detail, of a minute or of all time. */
    record Count(String eventType, String detail, long events, BigInteger amount) {}

    private Answers() {}

    static Views.Summary summary(List<TotalEntity> totals) {
        Views.Orders orders = orders(totals.stream()
                .map(total -> new Count(total.eventType, total.detail, total.events, whole(total.amount)))
                .toList());
        SortedMap<String, Long> events = new TreeMap<>();
        totals.forEach(total -> events.merge(total.eventType, total.events, Long::sum));
        return new Views.Summary(
                orders, orders.placed() - orders.confirmed() - orders.cancelled(), events, latest(totals));
    }

    private static @Nullable Instant latest(List<TotalEntity> totals) {
        return totals.stream()
                .map(total -> total.lastAt)
                .max(Comparator.naturalOrder())
                .orElse(null);
    }

    static List<Views.Minute> minutes(List<MinuteEntity> rows) {
        SortedMap<Instant, List<Count>> byMinute = new TreeMap<>();
        rows.forEach(row -> byMinute.computeIfAbsent(row.minute, none -> new ArrayList<>())
                .add(new Count(row.eventType, row.detail, row.events, whole(row.amount))));
        return byMinute.entrySet().stream()
                .map(minute -> new Views.Minute(minute.getKey(), orders(minute.getValue())))
                .toList();
    }

    private static Views.Orders orders(Collection<Count> counts) {
        SortedMap<String, Long> cancelledBy = new TreeMap<>();
        List<Amount> revenue = new ArrayList<>();
        counts.stream().sorted(Comparator.comparing(Count::detail)).forEach(count -> {
            if (count.eventType().equals("order.cancelled")) {
                cancelledBy.put(count.detail(), count.events());
            } else if (count.eventType().equals("order.confirmed")) {
                revenue.add(new Amount(count.detail(), Money.decimal(count.amount(), count.detail())));
            }
        });
        return new Views.Orders(
                events(counts, "order.placed"),
                events(counts, "order.confirmed"),
                events(counts, "order.cancelled"),
                cancelledBy,
                revenue);
    }

    private static long events(Collection<Count> counts, String type) {
        return counts.stream()
                .filter(count -> count.eventType().equals(type))
                .mapToLong(Count::events)
                .sum();
    }

    static Views.Product product(ProductEntity row, List<ProductRevenueEntity> revenues) {
        var units = new Views.Units(
                row.unitsOrdered,
                row.unitsConfirmed,
                row.unitsCancelled,
                row.unitsReserved,
                row.unitsCommitted,
                row.unitsReleased,
                row.unitsLost,
                row.unitsRestocked);
        return new Views.Product(
                row.productId,
                row.name.isEmpty() ? null : row.name,
                units,
                row.lowStock,
                revenues.stream()
                        .map(of -> new Amount(of.currency, Money.decimal(whole(of.ordered), of.currency)))
                        .toList(),
                revenues.stream()
                        .map(of -> new Amount(of.currency, Money.decimal(whole(of.confirmed), of.currency)))
                        .toList());
    }

    static Views.Event event(EventEntity row) {
        return new Views.Event(
                row.eventId,
                row.eventType,
                row.eventVersion,
                row.source,
                row.aggregateId,
                row.sequence,
                row.occurredAt,
                row.receivedAt,
                row.correlationId,
                row.traceparent,
                row.orderId,
                row.body);
    }

    private static BigInteger whole(BigDecimal minorUnits) {
        return minorUnits.toBigIntegerExact();
    }
}
