package dev.orderflow.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.smallrye.reactive.messaging.health.HealthReport;
import io.smallrye.reactive.messaging.kafka.impl.KafkaClientServiceImpl;
import io.smallrye.reactive.messaging.providers.extension.HealthCenter;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.Test;

class ConsumersLivenessTest {

    @Test
    void isUpWhileKafkaIsAsked() {
        assertEquals(Status.UP, status(true, ConsumersLiveness.SILENCE_SECONDS - 1));
        assertEquals(Status.UP, status(true, -1));
    }

    @Test
    void isDownOnceNothingIsAskedForOrAChannelHasEnded() {
        assertEquals(Status.DOWN, status(true, ConsumersLiveness.SILENCE_SECONDS));
        assertEquals(Status.DOWN, status(false, 0));
    }

    private static Status status(boolean running, double silence) {
        HealthCenter channels = new HealthCenter() {
            @Override
            public HealthReport getLiveness() {
                return HealthReport.builder().add("things", running).build();
            }
        };
        ConsumerClients clients = new ConsumerClients(new KafkaClientServiceImpl()) {
            @Override
            double silence() {
                return silence;
            }
        };
        return new ConsumersLiveness(channels, clients).call().getStatus();
    }
}
