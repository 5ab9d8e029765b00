package dev.orderflow.fraud;

import dev.orderflow.messaging.Inbox;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Kafka → input. */
@ApplicationScoped
class FraudConsumer {

    static final String NAME = "fraud";

    private final Inbox.Consumer consumer;

    FraudConsumer(Inbox inbox, FraudService service) {
        consumer = inbox.consumer(NAME, FraudMessages.CONSUMED, service::apply);
    }

    @Incoming("order-events")
    Uni<Void> consume(ConsumerRecords<byte[], byte[]> batch) {
        return consumer.receive(batch);
    }
}
