package dev.orderflow.messaging;

import io.smallrye.reactive.messaging.health.HealthReport;
import io.smallrye.reactive.messaging.providers.extension.HealthCenter;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;

/**
 * Down when a channel has ended for good, as it does when Kafka no longer lets this client in: only a restart can help,
 * and nobody else would notice. A broker that is merely away ends no channel.
 */
@Liveness
@Singleton
class ConsumersLiveness implements HealthCheck {

    private final HealthCenter channels;

    ConsumersLiveness(HealthCenter channels) {
        this.channels = channels;
    }

    @Override
    public HealthCheckResponse call() {
        HealthReport report = channels.getLiveness();
        HealthCheckResponseBuilder response =
                HealthCheckResponse.named("message channels").status(report.isOk());
        report.getChannels()
                .forEach(channel -> response.withData(channel.getChannel(), channel.isOk() ? "running" : "ended"));
        return response.build();
    }
}
