package dev.orderflow.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.junit.jupiter.api.Test;

class RelayPartsTest {

    /** What the guarantees rest on: none of it shows before Kafka is away for minutes, or loses a broker. */
    @Test
    void aProducerConfirmsAndNeverGivesUpWhateverTheServiceIsToldForItsOwn() {
        Map<String, Object> settings = RelayParts.settings(Map.of(
                "bootstrap.servers", "kafka:9092",
                "acks", "1",
                "enable.idempotence", "false",
                "delivery.timeout.ms", "120000",
                "max.block.ms", "60000",
                "group.id", "of a consumer"));

        assertEquals("kafka:9092", settings.get(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG));
        assertEquals("all", settings.get(ProducerConfig.ACKS_CONFIG));
        assertEquals(true, settings.get(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG));
        assertEquals(Integer.MAX_VALUE, settings.get(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG));
        assertEquals(2_000, settings.get(ProducerConfig.MAX_BLOCK_MS_CONFIG));
        assertFalse(settings.containsKey("group.id"));
    }
}
