package dev.orderflow.fraud;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** A row of {@code assessments}, to be read only: it is written in sets. */
@Entity
@Immutable
@Table(name = "assessments")
class AssessmentEntity {
    @Id
    @Column(name = "order_id")
    UUID orderId;

    @Column(name = "customer_id")
    String customerId;

    @Column(name = "total_minor")
    long totalMinor;

    @Column(name = "currency")
    String currency;

    @Column(name = "placed_at")
    Instant placedAt;

    @Column(name = "score")
    int score;

    @Column(name = "reasons")
    String reasons;

    @Column(name = "verdict")
    String verdict;

    @Column(name = "order_state")
    String orderState;

    @Column(name = "assessed_at")
    Instant assessedAt;

    @Column(name = "decision")
    @Nullable
    String decision;

    @Column(name = "decision_reason")
    @Nullable
    String decisionReason;

    @Column(name = "decided_at")
    @Nullable
    Instant decidedAt;

    @Column(name = "version")
    long version;
}
