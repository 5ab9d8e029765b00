package dev.orderflow.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orderflow.dev.Layout;
import java.io.IOException;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** What a service has that is given nothing, as in development mode. */
class DefaultsTest {

    @Test
    void kafkaIsWhereRunInfraHasIt() throws IOException {
        var defaults = new Properties();
        try (var file = MessagingConfig.class.getResourceAsStream("/META-INF/microprofile-config.properties")) {
            defaults.load(file);
        }

        assertEquals("localhost:" + Layout.standard(0).kafka(), defaults.getProperty("kafka.bootstrap.servers"));
    }
}
