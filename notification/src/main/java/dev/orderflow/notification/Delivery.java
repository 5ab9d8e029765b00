package dev.orderflow.notification;

import dev.orderflow.notification.OrderContacts.Contact;
import dev.orderflow.notification.domain.EmailAddress;
import dev.orderflow.notification.domain.Outcome;
import dev.orderflow.notification.domain.Outcome.Accepted;
import dev.orderflow.notification.domain.Outcome.InvalidAddress;
import dev.orderflow.notification.domain.Outcome.NoContact;
import dev.orderflow.notification.domain.Outcome.Rejected;
import dev.orderflow.notification.domain.Outcome.Unavailable;
import dev.orderflow.notification.domain.Outcome.UnknownOrder;
import io.grpc.StatusRuntimeException;
import io.quarkus.mailer.reactive.ReactiveMailer;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.mail.SMTPException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** One attempt to send: asks for the address, makes the message, hands it to the mail server. Outside any transaction. */
@ApplicationScoped
class Delivery {

    /**
     * Replies that are about this message or its recipient (RFC 5321, 4.2). Other permanent ones are about us, like a
     * wrong password: an operator mends those, and the message is still worth sending then.
     */
    private static final Set<Integer> REFUSALS = Set.of(550, 551, 552, 553, 554, 555, 556);

    /**
     * How the client's failures begin that are about this message: about RCPT, DATA and what followed. It does not tell the
     * command in any other way. With the same codes a server refuses us in its greeting, and our sender in MAIL FROM.
     */
    private static final List<String> ABOUT_THE_MESSAGE =
            List.of("recipient address not accepted", "DATA command not accepted", "sending data failed");

    private final OrderContacts contacts;
    private final NotificationMails mails;
    private final ReactiveMailer mailer;
    private final NotificationConfig config;

    Delivery(OrderContacts contacts, NotificationMails mails, ReactiveMailer mailer, NotificationConfig config) {
        this.contacts = contacts;
        this.mails = mails;
        this.mailer = mailer;
        this.config = config;
    }

    /** Never fails: whatever goes wrong is an outcome. */
    Uni<Attempt> attempt(Claimed claimed) {
        return contact(claimed)
                .chain(contact -> attempt(claimed, contact))
                .onFailure()
                .recoverWithItem(failure -> new Attempt(outcome(failure), null));
    }

    private Uni<Contact> contact(Claimed claimed) {
        return claimed.orderId() == null
                ? Uni.createFrom().item(new Contact(true, config.operatorEmail().orElse(null)))
                : contacts.of(claimed.orderId(), claimed.cause().correlationId());
    }

    private Uni<Attempt> attempt(Claimed claimed, Contact contact) {
        if (!contact.orderKnown()) {
            return Uni.createFrom().item(new Attempt(new UnknownOrder(), null));
        }
        if (contact.email() == null || contact.email().isBlank()) {
            return Uni.createFrom().item(new Attempt(new NoContact(), null));
        }
        return EmailAddress.parse(contact.email())
                .map(address -> send(claimed, address))
                .orElseGet(() -> Uni.createFrom().item(new Attempt(new InvalidAddress(), null)));
    }

    private Uni<Attempt> send(Claimed claimed, EmailAddress to) {
        return mailer.send(mails.mail(claimed, to))
                .ifNoItem()
                .after(config.sendTimeout())
                .fail()
                .map(accepted -> (Outcome) new Accepted())
                .onFailure()
                .recoverWithItem(Delivery::outcome)
                .map(outcome -> new Attempt(outcome, to));
    }

    /** Tells the kind of failure only: what a mail server says may contain the address. */
    private static Outcome outcome(Throwable failure) {
        return switch (failure) {
            case SMTPException refused when isFinal(refused) -> new Rejected();
            case SMTPException refused -> new Unavailable("reply " + refused.getReplyCode());
            case StatusRuntimeException refused ->
                new Unavailable("order " + refused.getStatus().getCode());
            default -> new Unavailable(failure.getClass().getSimpleName());
        };
    }

    private static boolean isFinal(SMTPException refused) {
        String said = Objects.toString(refused.getMessage());
        return REFUSALS.contains(refused.getReplyCode())
                && ABOUT_THE_MESSAGE.stream().anyMatch(said::startsWith);
    }
}
