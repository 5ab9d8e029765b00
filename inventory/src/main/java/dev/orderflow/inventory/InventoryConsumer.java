package dev.orderflow.inventory;

import dev.orderflow.messaging.Inbox;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Kafka → input. */
@ApplicationScoped
class InventoryConsumer {

    private final Inbox.Consumer consumer;

    InventoryConsumer(Inbox inbox, InventoryService service) {
        consumer = inbox.consumer("inventory", InventoryMessages.CONSUMED, service::apply);
    }

    @Incoming("order-events")
    Uni<Void> consume(ConsumerRecords<byte[], byte[]> batch) {
        return consumer.receive(batch);
    }
}
