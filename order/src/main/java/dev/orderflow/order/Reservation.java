package dev.orderflow.order;

import dev.orderflow.order.domain.OrderLine;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What inventory answered when it was asked to hold the stock of an order. */
sealed interface Reservation {

    /**
     * All lines are held, at these prices.
     *
     * @param askedAt before the call: the hold's duration counts from here, so that no clocks need to agree
     * @param remaining how long the hold lasts; absent when the stock is bound and does not expire
     */
    record Held(
            List<OrderLine> lines,
            Instant askedAt,
            @Nullable Duration remaining) implements Reservation {

        boolean lasts(Instant now, Duration margin) {
            return remaining == null || now.plus(margin).isBefore(askedAt.plus(remaining));
        }

        /** When to ask for more time: half-way, so that one failure does not cost the hold. */
        Duration renewAfter() {
            return remaining == null ? Duration.ofHours(1) : remaining.dividedBy(2);
        }
    }

    /** At least one line falls short; nothing is held. */
    record OutOfStock(List<Shortage> shortages) implements Reservation {}

    /** A line that falls short; clients get it as it is. */
    @RegisterForReflection
    record Shortage(String productId, long requested, long available) {}

    /** Products that inventory does not have; nothing is held. */
    record UnknownProducts(List<String> productIds) implements Reservation {}

    /**
     * The order's hold was released, and nothing can ever be held for it again: another attempt took over, gave up, and
     * this one comes too late.
     */
    record Released() implements Reservation {}

    /** The products are sold in different currencies; nothing is held. */
    record MixedCurrencies(List<String> currencies) implements Reservation {}
}
