package dev.orderflow.analytics;

import dev.orderflow.analytics.Received.Line;
import dev.orderflow.analytics.Received.Measure;
import dev.orderflow.analytics.Received.Name;
import java.math.BigInteger;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What a set of events adds to the figures. Every operation is a sum or a maximum, so neither the order of the events nor
 * how they are cut into batches makes a difference.
 *
 * <p>The maps are sorted because rows are locked in their order: two replicas cannot wait for each other in a circle.
 */
final class Projection {

    /** What is counted together in a minute, or over all time with the minute left out. */
    record Key(Instant minute, String eventType, String detail) implements Comparable<Key> {
        private static final Comparator<Key> ORDER =
                Comparator.comparing(Key::minute).thenComparing(Key::eventType).thenComparing(Key::detail);

        @Override
        public int compareTo(Key other) {
            return ORDER.compare(this, other);
        }
    }

    record Sum(long events, BigInteger amount, Instant last) {
        Sum plus(Sum other) {
            return new Sum(
                    events + other.events, amount.add(other.amount), last.isAfter(other.last) ? last : other.last);
        }
    }

    record Revenue(UUID productId, String currency) implements Comparable<Revenue> {
        @Override
        public int compareTo(Revenue other) {
            int byProduct = unsigned(productId, other.productId);
            return byProduct != 0 ? byProduct : currency.compareTo(other.currency);
        }
    }

    record RevenueSum(BigInteger ordered, BigInteger confirmed) {
        RevenueSum plus(RevenueSum other) {
            return new RevenueSum(ordered.add(other.ordered), confirmed.add(other.confirmed));
        }
    }

    final SortedMap<Key, Sum> minutes = new TreeMap<>();
    final SortedMap<Key, Sum> totals = new TreeMap<>();
    final SortedMap<UUID, Map<Measure, Long>> products = new TreeMap<>(Projection::unsigned);
    final SortedMap<UUID, Name> names = new TreeMap<>(Projection::unsigned);
    final SortedMap<Revenue, RevenueSum> revenues = new TreeMap<>();

    static Projection of(Collection<Received> events) {
        Projection projection = new Projection();
        events.forEach(projection::add);
        return projection;
    }

    private void add(Received event) {
        Instant at = event.envelope().timestamp();
        String type = event.envelope().eventType();
        Sum one = new Sum(1, BigInteger.valueOf(event.amount()), at);
        minutes.merge(new Key(at.truncatedTo(ChronoUnit.MINUTES), type, event.detail()), one, Sum::plus);
        totals.merge(new Key(Instant.EPOCH, type, event.detail()), one, Sum::plus);
        event.lines().forEach(this::add);
        if (event.name() != null) {
            names.merge(event.name().productId(), event.name(), Projection::later);
        }
    }

    private void add(Line line) {
        products.computeIfAbsent(line.productId(), none -> new EnumMap<>(Measure.class))
                .merge(line.measure(), line.units(), Math::addExact);
        if (!line.currency().isEmpty()) {
            BigInteger amount = BigInteger.valueOf(line.amount());
            RevenueSum revenue = line.measure() == Measure.UNITS_CONFIRMED
                    ? new RevenueSum(BigInteger.ZERO, amount)
                    : new RevenueSum(amount, BigInteger.ZERO);
            revenues.merge(new Revenue(line.productId(), line.currency()), revenue, RevenueSum::plus);
        }
    }

    /** The later name; of two at the same instant the greater, so that it does not matter which came first. */
    private static Name later(Name one, Name other) {
        int byTime = one.since().compareTo(other.since());
        return byTime > 0 || (byTime == 0 && one.text().compareTo(other.text()) >= 0) ? one : other;
    }

    /** As the database orders ids. */
    private static int unsigned(UUID one, UUID other) {
        int high = Long.compareUnsigned(one.getMostSignificantBits(), other.getMostSignificantBits());
        return high != 0 ? high : Long.compareUnsigned(one.getLeastSignificantBits(), other.getLeastSignificantBits());
    }
}
