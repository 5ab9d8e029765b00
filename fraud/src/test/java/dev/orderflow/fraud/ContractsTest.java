package dev.orderflow.fraud;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.orderflow.contracts.EventSchemas;
import dev.orderflow.fraud.domain.Assessment;
import dev.orderflow.fraud.domain.OrderInput;
import dev.orderflow.fraud.domain.Reason;
import dev.orderflow.fraud.domain.Verdict;
import dev.orderflow.messaging.Cause;
import dev.orderflow.messaging.Envelope;
import io.opentelemetry.api.trace.Span;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The contracts as fraud keeps them: what they give as examples is understood, what is published is valid. */
class ContractsTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final FraudMessages messages = new FraudMessages();

    @ParameterizedTest
    @ValueSource(strings = {"order.placed", "order.confirmed", "order.cancelled"})
    void understandsTheExamplesAndAnAdditionToThem(String type) throws IOException {
        JsonNode examples = schema(type).get("examples");
        assertFalse(examples.isEmpty());
        for (JsonNode example : examples) {
            OrderInput input = messages.read(envelope(type, example));
            ((ObjectNode) example).putObject("added_later").put("by", "somebody");
            assertEquals(input, messages.read(envelope(type, example)));
            assertEquals(example.get("order_id").asText(), input.orderId().toString());
            assertEquals(example.get("customer_id").asText(), input.customerId());
        }
    }

    @ParameterizedTest
    @EnumSource(Verdict.class)
    void publishesWhatTheSchemaSays(Verdict verdict) throws IOException {
        var reasons = Stream.of(Reason.Code.values())
                .map(code -> new Reason(code, 10, "text"))
                .toList();
        var placed = (OrderInput.Placed) messages.read(
                envelope("order.placed", schema("order.placed").get("examples").get(0)));

        var event = messages.verdict(placed.order(), new Assessment(70, reasons, verdict), NOON);

        assertEquals(List.of(), EventSchemas.violations(event.eventType(), event.data()));
        assertEquals("assessment", event.aggregateType());
        assertEquals(placed.orderId().toString(), event.aggregateId());
        assertEquals(1, event.sequence());
    }

    @Test
    void anotherMajorVersionIsNotGuessedAt() throws IOException {
        Envelope one =
                envelope("order.placed", schema("order.placed").get("examples").get(0));
        Envelope two = new Envelope(
                one.eventId(),
                one.eventType(),
                "2.0",
                one.timestamp(),
                one.source(),
                one.aggregateId(),
                one.sequence(),
                one.cause(),
                one.data(),
                one.span());

        assertThrows(IllegalArgumentException.class, () -> messages.read(two));
    }

    private static JsonNode schema(String type) throws IOException {
        try (InputStream found = ContractsTest.class.getResourceAsStream("/schemas/" + type + ".json")) {
            return JSON.readTree(Objects.requireNonNull(found, type));
        }
    }

    private static Envelope envelope(String type, JsonNode body) throws IOException {
        return new Envelope(
                UUID.randomUUID(),
                type,
                "1.0",
                NOON,
                "/order",
                body.get("order_id").asText(),
                1,
                new Cause("story", null, null),
                JSON.writeValueAsBytes(body),
                Span.getInvalid());
    }
}
