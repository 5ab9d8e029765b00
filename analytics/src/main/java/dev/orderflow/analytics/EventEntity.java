package dev.orderflow.analytics;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** A row of {@code events}. */
@Entity
@Immutable
@Table(name = "events")
class EventEntity extends PanacheEntityBase {
    @Id
    @Column(name = "id")
    long id;

    @Column(name = "event_id")
    UUID eventId;

    @Column(name = "event_type")
    String eventType;

    @Column(name = "event_version")
    String eventVersion;

    @Column(name = "source")
    String source;

    @Column(name = "aggregate_id")
    String aggregateId;

    @Column(name = "sequence")
    long sequence;

    @Column(name = "occurred_at")
    Instant occurredAt;

    @Column(name = "received_at")
    Instant receivedAt;

    @Column(name = "correlation_id")
    String correlationId;

    @Column(name = "traceparent")
    @Nullable
    String traceparent;

    @Column(name = "order_id")
    @Nullable
    UUID orderId;

    @Column(name = "body")
    String body;
}
