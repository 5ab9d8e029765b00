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
import io.quarkus.mailer.reactive.ReactiveMailer;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.mail.SMTPException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;
import org.jboss.logging.Logger;

/** One attempt to send: asks for the address, makes the message, hands it to the mail server. Outside any transaction. */
@ApplicationScoped
class Delivery {

    private static final Logger LOG = Logger.getLogger(Delivery.class);

    /**
     * Replies that are about this message or its recipient (RFC 5321, 4.2). Other permanent ones are about us, like a
     * wrong password: an operator mends those, and the message is still worth sending then.
     */
    private static final Set<Integer> REFUSALS = Set.of(550, 551, 552, 553, 554, 555, 556);

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
                .recoverWithItem(failure -> new Attempt(outcome(claimed, failure), null));
    }

    private Uni<Contact> contact(Claimed claimed) {
        return claimed.orderId() == null
                ? Uni.createFrom().item(new Contact(true, config.operatorEmail().orElse(null)))
                : contacts.of(claimed.orderId());
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
                .recoverWithItem(failure -> outcome(claimed, failure))
                .map(outcome -> new Attempt(outcome, to));
    }

    /** Logs the kind of failure only: what a mail server says may contain the address. */
    private static Outcome outcome(Claimed claimed, Throwable failure) {
        int reply = failure instanceof SMTPException smtp ? smtp.getReplyCode() : 0;
        LOG.infof(
                "attempt failed: notificationId=%s attempt=%d reply=%d failure=%s",
                claimed.id(), claimed.attempt(), reply, failure.getClass().getSimpleName());
        return REFUSALS.contains(reply) ? new Rejected() : new Unavailable();
    }
}
