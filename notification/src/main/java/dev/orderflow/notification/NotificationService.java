package dev.orderflow.notification;

import dev.orderflow.messaging.Cause;
import dev.orderflow.messaging.Envelope;
import dev.orderflow.messaging.Outbox;
import dev.orderflow.messaging.Transaction;
import dev.orderflow.notification.NotificationRepository.Finished;
import dev.orderflow.notification.domain.Decision;
import dev.orderflow.notification.domain.EmailAddress;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The only place with transactions: notes what there is to tell, hands it out for sending, ends it. */
@ApplicationScoped
class NotificationService {

    private final Outbox outbox;
    private final NotificationRepository notifications;
    private final NotificationMessages messages;
    private final NotificationConfig config;

    NotificationService(
            Outbox outbox,
            NotificationRepository notifications,
            NotificationMessages messages,
            NotificationConfig config) {
        this.outbox = outbox;
        this.notifications = notifications;
        this.messages = messages;
        this.config = config;
    }

    /** One notification for each event; a second event of the same order and state changes nothing. */
    Uni<Void> note(Transaction transaction, List<Envelope> events) {
        List<Note> notes = events.stream()
                .map(event -> Note.of(event, messages.notice(event)))
                .filter(note -> note.orderId() != null || config.operatorEmail().isPresent())
                .toList();
        return notes.isEmpty() ? Uni.createFrom().voidItem() : notifications.add(transaction.sql(), notes);
    }

    /** Due notifications, ours until the lease ends. They come in the order of their events for each order. */
    Uni<List<Claimed>> claim() {
        return outbox.transaction(
                transaction -> notifications.claim(transaction.sql(), config.sendBatch(), config.sendLease()));
    }

    /**
     * Ends an attempt. Whoever lost the lease changes nothing: the attempt that took over decides.
     *
     * @param recipient whom it was or would have been sent to
     * @param cause what the published event follows from
     * @return whether it was still ours
     */
    Uni<Boolean> finish(Claimed claimed, Decision decision, @Nullable EmailAddress recipient, Cause cause) {
        return outbox.transaction(transaction -> notifications
                .finish(transaction.sql(), claimed, decision, recipient)
                .chain(finished -> publish(transaction, claimed, decision, finished, cause)));
    }

    private Uni<Boolean> publish(
            Transaction transaction, Claimed claimed, Decision decision, Optional<Finished> finished, Cause cause) {
        return finished.flatMap(row -> messages.event(claimed, decision, row.sequence(), row.at()))
                .map(event -> transaction.append(cause, List.of(event)))
                .orElseGet(() -> Uni.createFrom().voidItem())
                .replaceWith(finished.isPresent());
    }
}
