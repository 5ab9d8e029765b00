package dev.orderflow.analytics;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.UUID;
import org.hibernate.annotations.Immutable;

/** A row of {@code products}. */
@Entity
@Immutable
@Table(name = "products")
class ProductEntity extends PanacheEntityBase {
    @Id
    @Column(name = "product_id")
    UUID productId;

    @Column(name = "name")
    String name;

    @Column(name = "units_ordered")
    long unitsOrdered;

    @Column(name = "units_confirmed")
    long unitsConfirmed;

    @Column(name = "units_cancelled")
    long unitsCancelled;

    @Column(name = "units_reserved")
    long unitsReserved;

    @Column(name = "units_committed")
    long unitsCommitted;

    @Column(name = "units_released")
    long unitsReleased;

    @Column(name = "units_lost")
    long unitsLost;

    @Column(name = "units_restocked")
    long unitsRestocked;

    @Column(name = "low_stock")
    long lowStock;
}
