package dev.orderflow.notification;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** A notification for reading. It is written by {@link NotificationRepository} only. */
@Entity
@Immutable
@Table(name = "notification")
class NotificationEntity {

    @Id
    UUID id;

    @Column
    long number;

    @Column
    String occasion;

    @Column(name = "order_id")
    @Nullable
    UUID orderId;

    @Column
    String delivery;

    @Column
    int attempt;

    @Column
    @Nullable
    String recipient;

    @Column
    @Nullable
    String reason;

    @Column(name = "created_at")
    Instant createdAt;

    @Column(name = "finished_at")
    @Nullable
    Instant finishedAt;
}
