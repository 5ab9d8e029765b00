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

/** A row of {@code minutes}. */
@Entity
@Immutable
@Table(name = "minutes")
@IdClass(MinuteEntity.Key.class)
class MinuteEntity extends PanacheEntityBase {

    /** Its primary key. */
    record Key(Instant minute, String eventType, String detail) {}

    @Id
    @Column(name = "minute")
    Instant minute;

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
}
