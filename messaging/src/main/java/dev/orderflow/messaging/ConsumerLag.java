package dev.orderflow.messaging;

import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import io.smallrye.reactive.messaging.kafka.KafkaConsumer;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;

/** How many records this replica's consumers have yet to fetch, as their clients count them; asks no broker. */
@Singleton
class ConsumerLag {

    private final KafkaClientService clients;

    ConsumerLag(KafkaClientService clients) {
        this.clients = clients;
    }

    long records() {
        return clients.getConsumerChannels().stream()
                .flatMap(channel -> clients.getConsumers(channel).stream())
                .map(KafkaConsumer::unwrap)
                .filter(Objects::nonNull) // not there before its first connection
                .mapToLong(consumer -> records(consumer.metrics()))
                .sum();
    }

    private static long records(Map<MetricName, ? extends Metric> metrics) {
        return (long) metrics.entrySet().stream()
                .filter(metric -> metric.getKey().name().equals("records-lag"))
                .mapToDouble(metric -> metric.getValue().metricValue() instanceof Double lag ? lag : 0)
                .filter(Double::isFinite)
                .sum();
    }
}
