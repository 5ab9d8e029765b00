package dev.orderflow.notification.domain;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a message says. */
public sealed interface Notice {

    /** To the customer: the order has reached a state. The lines and the total are those of the order then. */
    record OrderNotice(
            Occasion occasion,
            UUID orderId,
            List<Line> lines,
            Money total,
            @Nullable String reason) implements Notice {}

    /** One product of an order. */
    record Line(String productId, long quantity, Money price) {}

    /** To the operator: less of a product can still be reserved than its threshold. */
    record StockNotice(UUID productId, String name, long available, long threshold) implements Notice {}
}
