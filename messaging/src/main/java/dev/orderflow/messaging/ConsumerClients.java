package dev.orderflow.messaging;

import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import io.smallrye.reactive.messaging.kafka.KafkaConsumer;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Objects;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;

/** What the Kafka clients of this replica's consumers say of themselves; asks no broker. */
@Singleton
class ConsumerClients {

    private final KafkaClientService clients;

    ConsumerClients(KafkaClientService clients) {
        this.clients = clients;
    }

    /** For how many seconds the most silent of them has not asked Kafka for records, even if it wants none; -1 before the first. */
    double silence() {
        return consumers()
                .flatMapToDouble(consumer -> values(consumer.metrics(), "last-poll-seconds-ago"))
                .max()
                .orElse(-1);
    }

    private Stream<org.apache.kafka.clients.consumer.Consumer<?, ?>> consumers() {
        return clients.getConsumerChannels().stream()
                .flatMap(channel -> clients.getConsumers(channel).stream())
                .<org.apache.kafka.clients.consumer.Consumer<?, ?>>map(KafkaConsumer::unwrap)
                .filter(Objects::nonNull); // not there before its first connection
    }

    private static DoubleStream values(Map<MetricName, ? extends Metric> metrics, String name) {
        return metrics.entrySet().stream()
                .filter(metric -> metric.getKey().name().equals(name))
                .mapToDouble(metric -> metric.getValue().metricValue() instanceof Double value ? value : 0)
                .filter(Double::isFinite);
    }
}
