package dev.orderflow.fraud;

import dev.orderflow.fraud.AssessmentRepository.StoredReview;
import dev.orderflow.fraud.domain.Review;
import dev.orderflow.messaging.Cause;
import dev.orderflow.messaging.Outbox;
import dev.orderflow.messaging.Transaction;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Shows assessments, and lets a person decide those in review: of several decisions at once exactly one counts. */
@ApplicationScoped
class ReviewService {

    private static final Logger LOG = Logger.getLogger(ReviewService.class);

    /** A decision as it was asked for. */
    record Command(
            UUID orderId,
            Review.Decision decision,
            @Nullable String reason,
            @Nullable Long expectedVersion) {}

    /** What came of it. */
    sealed interface Answer {
        /** It stands, since now or since before. */
        record Stands() implements Answer {}

        record Unknown() implements Answer {}

        /** The assessment is no longer the one that the caller has seen. */
        record Stale() implements Answer {}

        record Refused(String why) implements Answer {}
    }

    private final AssessmentRepository repository;
    private final FraudMessages messages;
    private final Outbox outbox;

    ReviewService(AssessmentRepository repository, FraudMessages messages, Outbox outbox) {
        this.repository = repository;
        this.messages = messages;
        this.outbox = outbox;
    }

    Uni<@Nullable AssessmentEntity> find(UUID orderId) {
        return Panache.withSession(() -> repository.findById(orderId));
    }

    Uni<List<AssessmentEntity>> page(String verdict, UUID after, int size) {
        return Panache.withSession(() -> repository.page(verdict, after, size));
    }

    Uni<Answer> decide(Command command) {
        return outbox.transaction(transaction -> decide(transaction, command));
    }

    private Uni<Answer> decide(Transaction transaction, Command command) {
        return repository.review(transaction.sql(), command.orderId()).chain(stored -> {
            if (stored == null) {
                return answer(new Answer.Unknown());
            }
            return switch (stored.review().decide(command.decision())) {
                case Review.Outcome.Repeated() -> answer(new Answer.Stands());
                case Review.Outcome.Refused(var why) -> answer(new Answer.Refused(why));
                case Review.Outcome.Accepted accepted
                when command.expectedVersion() != null && command.expectedVersion() != stored.version() ->
                    answer(new Answer.Stale());
                case Review.Outcome.Accepted accepted -> write(transaction, stored, command);
            };
        });
    }

    private Uni<Answer> write(Transaction transaction, StoredReview stored, Command command) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        return repository
                .decided(transaction.sql(), stored, command, now)
                // Somebody was faster: what is stored now says what that makes of this decision.
                .chain(won -> won ? publish(transaction, stored, command, now) : decide(transaction, command));
    }

    private Uni<Answer> publish(Transaction transaction, StoredReview stored, Command command, Instant now) {
        // The story and the trace of the order go on, however many days later.
        var cause = new Cause(stored.correlationId(), null, stored.traceparent());
        var event = messages.event(command.decision().verdict(), stored.body(), stored.sequence() + 1, now);
        return transaction
                .append(cause, List.of(event))
                .invoke(() -> transaction.afterCommit(() -> cause.tell(
                        command.orderId(),
                        () -> LOG.infof(
                                "review decided: orderId=%s decision=%s", command.orderId(), command.decision()))))
                .replaceWith(new Answer.Stands());
    }

    private static Uni<Answer> answer(Answer answer) {
        return Uni.createFrom().item(answer);
    }
}
