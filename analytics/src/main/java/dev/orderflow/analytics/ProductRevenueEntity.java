package dev.orderflow.analytics;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.math.BigDecimal;
import java.util.UUID;
import org.hibernate.annotations.Immutable;

/** A row of {@code product_revenues}. */
@Entity
@Immutable
@Table(name = "product_revenues")
@IdClass(ProductRevenueEntity.Key.class)
class ProductRevenueEntity extends PanacheEntityBase {

    /** Its primary key. */
    record Key(UUID productId, String currency) {}

    @Id
    @Column(name = "product_id")
    UUID productId;

    @Id
    @Column(name = "currency")
    String currency;

    @Column(name = "ordered")
    BigDecimal ordered;

    @Column(name = "confirmed")
    BigDecimal confirmed;
}
