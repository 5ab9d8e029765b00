package dev.orderflow.messaging;

import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;

/** Configuration without a service around it. */
final class Configured {

    private Configured() {}

    static MessagingConfig asUsual() {
        return with(Map.of());
    }

    static MessagingConfig with(Map<String, String> properties) {
        return new SmallRyeConfigBuilder()
                .withConverter(Duration.class, 200, new DurationConverter())
                .withMapping(MessagingConfig.class)
                .withDefaultValues(Map.of("messaging.topic", Things.TOPIC, "messaging.source", "/messaging"))
                .withDefaultValues(properties)
                .build()
                .getConfigMapping(MessagingConfig.class);
    }
}
