package dev.orderflow.inventory;

import dev.orderflow.inventory.domain.Money;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** A product to be read; everything that changes one is SQL. */
@Entity
@Immutable
@Table(name = "products")
class ProductEntity {

    @Id
    UUID id;

    @Column(nullable = false)
    String name;

    @Column(name = "unit_price")
    long unitPrice;

    @Column(nullable = false)
    String currency;

    @Column(name = "on_hand")
    long onHand;

    long reserved;

    @Column(name = "low_stock_threshold")
    @Nullable
    Long lowStockThreshold;

    long version;

    Money price() {
        return new Money(unitPrice, Money.currency(currency));
    }
}
