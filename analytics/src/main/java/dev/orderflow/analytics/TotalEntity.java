package dev.orderflow.analytics;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.math.BigDecimal;
import java.time.Instant;
import org.hibernate.annotations.Immutable;

/** A row of {@code totals}. */
@Entity
@Immutable
@Table(name = "totals")
@IdClass(TotalEntity.Key.class)
class TotalEntity extends PanacheEntityBase {

    /** Its primary key. */
    record Key(String eventType, String detail) {}

    @Id
    @Column(name = "event_type")
    String eventType;

    @Id
    @Column(name = "detail")
    String detail;

    @Column(name = "events")
    long events;

    @Column(name = "amount")
    BigDecimal amount;

    @Column(name = "last_at")
    Instant lastAt;
}
