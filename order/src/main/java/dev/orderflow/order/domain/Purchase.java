package dev.orderflow.order.domain;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * What was ordered. Never changes once the order is placed.
 *
 * @param lines at least one, each product at most once, all in the currency of the total
 * @param placedAt when the order became durable
 */
public record Purchase(UUID orderId, String customerId, List<OrderLine> lines, Money total, Instant placedAt) {

    public Purchase {
        lines = List.copyOf(lines);
    }

    /**
     * Adds the lines up.
     *
     * @throws ArithmeticException when the total is too large to be represented, or the lines' currencies differ
     */
    public static Purchase of(UUID orderId, String customerId, List<OrderLine> lines, Instant placedAt) {
        var total = Money.zero(lines.getFirst().unitPrice().currency());
        for (var line : lines) {
            total = total.plus(line.total());
        }
        return new Purchase(orderId, customerId, lines, total, placedAt);
    }
}
