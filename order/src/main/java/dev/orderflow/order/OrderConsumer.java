package dev.orderflow.order;

import dev.orderflow.messaging.Inbox;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** What fraud and inventory have to say to orders. */
@ApplicationScoped
class OrderConsumer {

    private final Inbox.Consumer consumer;

    OrderConsumer(Inbox inbox, OrderService orders) {
        Set<String> types = Stream.concat(OrderMessages.FRAUD.stream(), OrderMessages.INVENTORY.stream())
                .collect(Collectors.toUnmodifiableSet());
        consumer = inbox.consumer("order", types, orders::apply);
    }

    @Incoming("fraud-events")
    Uni<Void> fraud(ConsumerRecords<byte[], byte[]> batch) {
        return consumer.receive(batch);
    }

    @Incoming("inventory-events")
    Uni<Void> inventory(ConsumerRecords<byte[], byte[]> batch) {
        return consumer.receive(batch);
    }
}
