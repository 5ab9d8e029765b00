package dev.orderflow.fraud.domain;

import java.util.UUID;

/** What happens to an order, as far as fraud is concerned. */
public sealed interface OrderInput {

    UUID orderId();

    String customerId();

    /** To be assessed. */
    record Placed(OrderFacts order) implements OrderInput {
        @Override
        public UUID orderId() {
            return order.orderId();
        }

        @Override
        public String customerId() {
            return order.customerId();
        }
    }

    /** The customer bought this many units: from now on it is known what they usually buy. */
    record Confirmed(UUID orderId, String customerId, long units) implements OrderInput {}

    /** Nothing came of it; a review of it is no longer to be decided. */
    record Cancelled(UUID orderId, String customerId) implements OrderInput {}
}
