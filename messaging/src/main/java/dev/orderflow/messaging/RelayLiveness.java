package dev.orderflow.messaging;

import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/**
 * Down when the relay's thread has ended: events would wait for ever, and only a restart can help. A relay that waits for
 * Kafka, for the database or for its turn is alive.
 */
@Liveness
@Singleton
class RelayLiveness implements HealthCheck {

    private final RelayRunner relay;

    RelayLiveness(RelayRunner relay) {
        this.relay = relay;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("outbox relay")
                .status(!relay.hasEnded())
                .build();
    }
}
