package dev.orderflow.fraud;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.orderflow.fraud.domain.Money;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An assessment as REST shows it. */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
record AssessmentView(
        UUID orderId,
        String customerId,
        String total,
        String currency,
        int score,
        List<FraudMessages.StoredReason> reasons,
        String verdict,
        String orderState,
        Instant placedAt,
        Instant assessedAt,
        @Nullable String decision,
        @Nullable String decisionReason,
        @Nullable Instant decidedAt) {

    /** Some assessments and where the next ones are. */
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Page(List<AssessmentView> items, @Nullable String next) {}

    static AssessmentView of(AssessmentEntity stored, FraudMessages messages) {
        return new AssessmentView(
                stored.orderId,
                stored.customerId,
                new Money(stored.totalMinor, stored.currency).decimal().toPlainString(),
                stored.currency,
                stored.score,
                messages.reasons(stored.reasons),
                stored.verdict,
                stored.orderState,
                stored.placedAt,
                stored.assessedAt,
                stored.decision,
                stored.decisionReason,
                stored.decidedAt);
    }
}
