package dev.orderflow.analytics;

import dev.orderflow.messaging.Inbox;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Kafka → event log and figures. One channel for all topics: a batch may hold events of several. */
@ApplicationScoped
class AnalyticsConsumer {

    private final Inbox.Consumer consumer;

    AnalyticsConsumer(Inbox inbox, AnalyticsService service) {
        consumer = inbox.consumer("analytics", AnalyticsMessages.CONSUMED, service::apply);
    }

    @Incoming("events")
    Uni<Void> consume(ConsumerRecords<byte[], byte[]> batch) {
        return consumer.receive(batch);
    }
}
