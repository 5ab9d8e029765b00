package dev.orderflow.order;

import dev.orderflow.order.domain.CancelReason;
import dev.orderflow.order.domain.Money;
import dev.orderflow.order.domain.Order;
import dev.orderflow.order.domain.Order.Cancelled;
import dev.orderflow.order.domain.Order.Confirmed;
import dev.orderflow.order.domain.Order.Pending;
import dev.orderflow.order.domain.OrderLine;
import dev.orderflow.order.domain.Purchase;
import jakarta.persistence.CollectionTable;
import jakarta.persistence.Column;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.OrderColumn;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Currency;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.hibernate.annotations.Fetch;
import org.hibernate.annotations.FetchMode;
import org.hibernate.annotations.Immutable;
import org.hibernate.annotations.ListIndexBase;
import org.jspecify.annotations.Nullable;

/** An order for reading. It is written by {@link OrderRepository} only. */
@Entity
@Immutable
@Table(name = "orders")
class OrderEntity {

    enum State {
        PENDING,
        CONFIRMED,
        CANCELLED
    }

    @Id
    UUID id;

    @Column(name = "customer_id")
    String customerId;

    @Column
    long total;

    @Column
    String currency;

    @Column(name = "placed_at")
    Instant placedAt;

    @Column
    @Enumerated(EnumType.STRING)
    State state;

    @Column
    boolean cleared;

    @Column
    boolean bound;

    @Column(name = "under_review")
    boolean underReview;

    @Column(name = "cancel_reason")
    @Enumerated(EnumType.STRING)
    @Nullable
    CancelReason cancelReason;

    @Column(name = "deadline_at")
    Instant deadlineAt;

    @Column
    long version;

    /** Those of a whole page at once. */
    @ElementCollection(fetch = FetchType.EAGER)
    @Fetch(FetchMode.SUBSELECT)
    @CollectionTable(name = "order_lines", joinColumns = @JoinColumn(name = "order_id"))
    @OrderColumn(name = "position")
    @ListIndexBase(1)
    List<Line> lines = List.of();

    /** A line; its currency is that of the order. */
    @Embeddable
    static class Line {
        @Column(name = "product_id")
        String productId;

        @Column
        long quantity;

        @Column(name = "unit_price")
        long unitPrice;
    }

    Order order() {
        return switch (state) {
            case PENDING -> new Pending(purchase(), cleared, bound, underReview, deadlineAt);
            case CONFIRMED -> new Confirmed(purchase());
            case CANCELLED -> new Cancelled(purchase(), Objects.requireNonNull(cancelReason));
        };
    }

    private Purchase purchase() {
        var money = Currency.getInstance(currency);
        var bought = lines.stream()
                .map(line -> new OrderLine(line.productId, line.quantity, new Money(line.unitPrice, money)))
                .toList();
        return new Purchase(id, customerId, bought, new Money(total, money), placedAt);
    }
}
