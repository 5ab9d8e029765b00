package dev.orderflow.messaging;

import io.smallrye.common.annotation.Identifier;
import io.vertx.mutiny.core.Vertx;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Opens what a relay works with: its connection, its producer. Each is used once and replaced after a failure. */
@Singleton
class RelayParts {

    private static final AtomicInteger PRODUCERS = new AtomicInteger();

    private final Connections connections;
    private final Vertx vertx;
    private final Map<String, Object> kafka;
    private final MessageSpans spans;

    RelayParts(
            Connections connections,
            Vertx vertx,
            @Identifier("default-kafka-broker") Map<String, Object> kafka,
            MessageSpans spans) {
        this.connections = connections;
        this.vertx = vertx;
        this.kafka = kafka;
        this.spans = spans;
    }

    RelayConnection connection() {
        return new RelayConnection(connections.dedicated(vertx), connections.silence());
    }

    BucketLocks locks(RelayConnection connection) {
        return new BucketLocks(connection);
    }

    Marks marks() {
        return new Marks();
    }

    OutboxReader reader(RelayConnection connection, Marks marks) {
        return new OutboxReader(connection, marks);
    }

    Round round(Collection<OutboxRow> rows, BiConsumer<Round, OutboxRow> publish) {
        return new Round(rows, publish);
    }

    /** @param topicFound is run when a topic that was away has been found */
    Publisher publisher(Runnable topicFound) {
        return new Publisher(producer(), spans, topicFound);
    }

    Producer<byte[], byte[]> producer() {
        return new KafkaProducer<>(settings(kafka), new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** @param kafka the service's {@code kafka.*} properties, of which address and security are taken over */
    static Map<String, Object> settings(Map<String, Object> kafka) {
        Map<String, Object> settings = new HashMap<>(kafka);
        settings.keySet().retainAll(ProducerConfig.configNames());
        settings.put(ProducerConfig.CLIENT_ID_CONFIG, "outbox-relay-" + PRODUCERS.incrementAndGet());
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        // A record waits as long as Kafka is away; given up, the next of its key could overtake it.
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0); // a round is a batch already; waiting only adds latency
        // For all topics of a service one after another shorter than the time after which a silent owner is
        // taken for dead; hit only when a known topic is forgotten.
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 2_000);
        return settings;
    }
}
