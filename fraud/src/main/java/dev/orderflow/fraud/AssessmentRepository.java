package dev.orderflow.fraud;

import dev.orderflow.fraud.domain.OrderState;
import dev.orderflow.fraud.domain.Review;
import dev.orderflow.fraud.domain.Verdict;
import io.quarkus.hibernate.reactive.panache.PanacheRepositoryBase;
import io.quarkus.panache.common.Page;
import io.quarkus.panache.common.Sort;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Assessments one by one: as they are read over REST and as a person decides them. */
@ApplicationScoped
class AssessmentRepository implements PanacheRepositoryBase<AssessmentEntity, UUID> {

    private final FraudMessages messages;

    AssessmentRepository(FraudMessages messages) {
        this.messages = messages;
    }

    /** What a decision goes by and what it has to publish. */
    record StoredReview(
            Review review,
            long version,
            long sequence,
            FraudMessages.VerdictBody body,
            String correlationId,
            @Nullable String traceparent) {}

    Uni<@Nullable StoredReview> review(SqlConnection sql, UUID orderId) {
        return sql.preparedQuery("""
                        select verdict, decision, order_state, version, sequence, customer_id, score, reasons,
                            correlation_id, traceparent
                        from assessments where order_id = $1""")
                .execute(Tuple.of(orderId))
                .map(rows -> rows.size() == 0
                        ? null
                        : storedReview(orderId, rows.iterator().next()));
    }

    private StoredReview storedReview(UUID orderId, Row row) {
        String decision = row.getString("decision");
        return new StoredReview(
                new Review(
                        Verdict.valueOf(upper(row.getString("verdict"))),
                        decision == null ? null : Review.Decision.valueOf(upper(decision)),
                        OrderState.valueOf(upper(row.getString("order_state")))),
                row.getLong("version"),
                row.getLong("sequence"),
                new FraudMessages.VerdictBody(
                        orderId,
                        row.getString("customer_id"),
                        row.getInteger("score"),
                        messages.reasons(row.getString("reasons")).stream()
                                .map(FraudMessages.StoredReason::code)
                                .toList()),
                row.getString("correlation_id"),
                row.getString("traceparent"));
    }

    /** False when the row changed since {@code version} was read: then nothing happened here. */
    Uni<Boolean> decided(SqlConnection sql, StoredReview stored, ReviewService.Command command, Instant now) {
        return sql.preparedQuery("""
                        update assessments set verdict = $3, decision = $4, decision_reason = $5, decided_at = $6,
                            version = version + 1, sequence = sequence + 1
                        where order_id = $1 and version = $2""")
                .execute(Tuple.tuple()
                        .addUUID(stored.body().orderId())
                        .addLong(stored.version())
                        .addString(lower(command.decision().verdict()))
                        .addString(lower(command.decision()))
                        .addString(command.reason())
                        .addOffsetDateTime(now.atOffset(ZoneOffset.UTC)))
                .map(rows -> rows.rowCount() == 1);
    }

    /** A page of those with the verdict, oldest order first. */
    Uni<List<AssessmentEntity>> page(String verdict, UUID after, int size) {
        return find("verdict = ?1 and orderId > ?2", Sort.by("orderId"), verdict, after)
                .page(Page.ofSize(size))
                .list();
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static String upper(String stored) {
        return stored.toUpperCase(Locale.ROOT);
    }
}
