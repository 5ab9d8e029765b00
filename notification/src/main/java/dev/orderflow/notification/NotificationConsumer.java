package dev.orderflow.notification;

import dev.orderflow.messaging.Inbox;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Takes note of what there is to tell. Sends nothing itself, so that a slow mail server delays mail alone. */
@ApplicationScoped
class NotificationConsumer {

    private final Inbox.Consumer consumer;
    private final NotificationSender sender;

    NotificationConsumer(Inbox inbox, NotificationService service, NotificationSender sender) {
        this.consumer = inbox.consumer("notification", NotificationMessages.EVENT_TYPES, service::note);
        this.sender = sender;
    }

    @Incoming("order-events")
    Uni<Void> orders(ConsumerRecords<byte[], byte[]> batch) {
        return consumer.receive(batch).invoke(sender::wake);
    }

    @Incoming("inventory-events")
    Uni<Void> inventory(ConsumerRecords<byte[], byte[]> batch) {
        return consumer.receive(batch).invoke(sender::wake);
    }
}
