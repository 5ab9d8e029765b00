package dev.orderflow.messaging;

import io.smallrye.reactive.messaging.health.HealthReport;
import io.smallrye.reactive.messaging.providers.extension.HealthCenter;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;

/**
 * Down when a channel has ended for good, as it does when Kafka no longer lets this client in, or when nobody asks for its
 * records any more: only a restart can help, and nobody else would notice. A broker that is merely away does neither.
 */
@Liveness
@Singleton
class ConsumersLiveness implements HealthCheck {

    /** {@code max.poll.interval.ms}: by then Kafka has given its partitions to others, if there are any. */
    static final int SILENCE_SECONDS = 300;

    private final HealthCenter channels;
    private final ConsumerClients clients;

    ConsumersLiveness(HealthCenter channels, ConsumerClients clients) {
        this.channels = channels;
        this.clients = clients;
    }

    @Override
    public HealthCheckResponse call() {
        HealthReport report = channels.getLiveness();
        double silence = clients.silence();
        HealthCheckResponseBuilder response = HealthCheckResponse.named("message channels")
                .status(report.isOk() && silence < SILENCE_SECONDS)
                .withData("seconds since Kafka was asked", (long) silence);
        report.getChannels()
                .forEach(channel -> response.withData(channel.getChannel(), channel.isOk() ? "running" : "ended"));
        return response.build();
    }
}
