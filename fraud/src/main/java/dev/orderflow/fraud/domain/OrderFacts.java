package dev.orderflow.fraud.domain;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is assessed of an order.
 *
 * @param contactRef keyed hash of the contact, equal for equal contacts; absent without one
 * @param placedAt when the customer placed it, which is the time that every rule goes by
 */
public record OrderFacts(
        UUID orderId,
        String customerId,
        @Nullable String contactRef,
        Money total,
        List<Long> quantities,
        Instant placedAt) {

    public OrderFacts {
        quantities = List.copyOf(quantities);
        if (quantities.isEmpty() || quantities.stream().anyMatch(quantity -> quantity < 1)) {
            throw new IllegalArgumentException("an order has lines, each of one unit or more");
        }
        if (total.minorUnits() < 0) {
            throw new IllegalArgumentException("an order's total is not negative");
        }
    }

    /** Units over all lines. */
    public long units() {
        return quantities.stream().reduce(0L, Math::addExact);
    }

    long largestQuantity() {
        return quantities.stream().reduce(0L, Math::max);
    }
}
