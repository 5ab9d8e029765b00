package dev.orderflow.messaging;

import io.smallrye.health.api.Wellness;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;

/**
 * Down when a consumer has stopped itself. Neither readiness nor liveness: the service still answers, and a restart alone
 * would only park the next records.
 */
@Wellness
@Singleton
class ConsumersHealth implements HealthCheck {

    private final Inbox inbox;

    ConsumersHealth(Inbox inbox) {
        this.inbox = inbox;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder response = HealthCheckResponse.named("message consumers");
        boolean up = true;
        for (BatchConsumer consumer : inbox.consumers().values()) {
            response.withData(consumer.name(), consumer.isStopped() ? "stopped: " + consumer.whyStopped() : "running");
            up &= !consumer.isStopped();
        }
        return response.status(up).build();
    }
}
