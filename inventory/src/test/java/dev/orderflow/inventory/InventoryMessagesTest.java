package dev.orderflow.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.orderflow.contracts.EventSchemas;
import dev.orderflow.inventory.domain.Line;
import dev.orderflow.inventory.domain.Money;
import dev.orderflow.inventory.domain.PricedLine;
import dev.orderflow.inventory.domain.ReservationEvent;
import dev.orderflow.inventory.domain.ReservationInput;
import dev.orderflow.inventory.domain.Stock;
import dev.orderflow.messaging.Cause;
import dev.orderflow.messaging.Envelope;
import dev.orderflow.messaging.OutgoingEvent;
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
import org.junit.jupiter.params.provider.MethodSource;

class InventoryMessagesTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final UUID ORDER = UUID.fromString("0198c7b2-6f1e-7a10-9d3c-5b1f0c4e2a77");
    private static final String CUP = "0198c7b1-20aa-7c41-8f62-0a9be17d4c05";

    private final InventoryMessages messages = new InventoryMessages();

    static Stream<String> consumed() {
        return InventoryMessages.CONSUMED.stream();
    }

    @ParameterizedTest
    @MethodSource("consumed")
    void understandsEveryExampleAndAnAdditionToIt(String type) throws IOException {
        JsonNode examples = schema(type).get("examples");
        assertFalse(examples.isEmpty());
        for (JsonNode example : examples) {
            ReservationInput before = messages.read(envelope(type, "1.0", example));
            ((ObjectNode) example).putObject("added_later").put("by", "somebody");
            ReservationInput after = messages.read(envelope(type, "1.1", example));

            assertEquals(before, after);
        }
    }

    @Test
    void placedOrderBringsItsLinesAtItsPrices() throws IOException {
        JsonNode example = schema("order.placed").get("examples").get(0);

        ReservationInput input = messages.read(envelope("order.placed", "1.0", example));

        assertEquals(
                List.of(new PricedLine(CUP, 2, Money.of("49.99", "USD"))),
                assertInstanceOf(ReservationInput.OrderPlaced.class, input).lines());
    }

    @Test
    void anotherMajorVersionIsNotGuessedAt() throws IOException {
        JsonNode example = schema("order.placed").get("examples").get(0);

        assertThrows(IllegalArgumentException.class, () -> messages.read(envelope("order.placed", "2.0", example)));
    }

    @ParameterizedTest
    @EnumSource(ReservationEvent.Kind.class)
    void reservationEventsKeepTheirContract(ReservationEvent.Kind kind) {
        OutgoingEvent event = messages.event(ORDER, new ReservationEvent(kind, List.of(new Line(CUP, 2))), 7, NOON);

        assertEquals(List.of(), EventSchemas.violations(event.eventType(), event.data()));
        assertEquals("reservation", event.aggregateType());
        assertEquals(ORDER.toString(), event.aggregateId());
        assertEquals(7, event.sequence());
    }

    @Test
    void productEventsKeepTheirContract() {
        Ledger.Product product = new Ledger.Product(new Stock(CUP, 4, 0, Money.of("1", "USD"), 5L), "Cup", 3);

        for (OutgoingEvent event : List.of(messages.lowStock(product, NOON), messages.restocked(product, 2, NOON))) {
            assertEquals(List.of(), EventSchemas.violations(event.eventType(), event.data()));
            assertEquals("product", event.aggregateType());
            assertEquals(CUP, event.aggregateId());
            assertEquals(3, event.sequence());
        }
    }

    private static Envelope envelope(String type, String version, JsonNode body) throws IOException {
        String order = body.get("order_id").asText();
        return new Envelope(
                UUID.randomUUID(),
                type,
                version,
                NOON,
                "/order",
                order,
                1,
                new Cause("story", null, null),
                JSON.writeValueAsBytes(body),
                Span.getInvalid());
    }

    private static JsonNode schema(String type) throws IOException {
        try (InputStream file =
                Objects.requireNonNull(EventSchemas.class.getResourceAsStream("/schemas/" + type + ".json"), type)) {
            return JSON.readTree(file);
        }
    }
}
