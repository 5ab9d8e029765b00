package dev.orderflow.inventory;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.orderflow.inventory.domain.Line;
import dev.orderflow.inventory.domain.Money;
import dev.orderflow.inventory.domain.PricedLine;
import dev.orderflow.inventory.domain.ReservationEvent;
import dev.orderflow.inventory.domain.ReservationInput;
import dev.orderflow.inventory.domain.Stock;
import dev.orderflow.messaging.Envelope;
import dev.orderflow.messaging.OutgoingEvent;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** JSON ↔ domain. What an event must have is checked here; what it has besides is ignored. */
@Singleton
class InventoryMessages {

    static final Set<String> CONSUMED = Set.of("order.placed", "order.confirmed", "order.cancelled");

    /** Of its own, because events are read more leniently than commands. */
    private final ObjectMapper json = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .build();

    /** The part of an order event that matters here; the three types have it in common. */
    @RegisterForReflection
    record OrderBody(
            @JsonProperty(required = true) String orderId,
            @JsonProperty(required = true) List<OrderItem> items,
            @JsonProperty(required = true) String currency) {}

    @RegisterForReflection
    record OrderItem(
            @JsonProperty(required = true) String productId,
            @JsonProperty(required = true) long quantity,
            @JsonProperty(required = true) String price) {}

    @RegisterForReflection
    record ReservationBody(String orderId, List<Item> items) {}

    @RegisterForReflection
    record Item(String productId, long quantity) {}

    @RegisterForReflection
    record RestockedBody(String productId, String name, long quantity, long onHand) {}

    @RegisterForReflection
    record LowStockBody(String productId, String name, long available, long threshold) {}

    /** @throws IllegalArgumentException for an event that cannot be understood, now or later */
    UUID orderId(Envelope envelope) {
        UUID id = UUID.fromString(envelope.aggregateId());
        if (!id.toString().equals(envelope.aggregateId())) {
            throw new IllegalArgumentException("not the id of an order: " + envelope.aggregateId());
        }
        return id;
    }

    /** @throws IllegalArgumentException for an event that cannot be understood, now or later */
    ReservationInput read(Envelope envelope) {
        OrderBody body = body(envelope);
        if (!body.orderId().equals(envelope.aggregateId())) {
            throw new IllegalArgumentException("the body is of another order than the envelope");
        }
        List<PricedLine> lines = body.items().stream()
                .map(item -> new PricedLine(item.productId(), item.quantity(), Money.of(item.price(), body.currency())))
                .toList();
        return switch (envelope.eventType()) {
            case "order.placed" -> new ReservationInput.OrderPlaced(lines);
            case "order.confirmed" -> new ReservationInput.OrderConfirmed();
            case "order.cancelled" -> new ReservationInput.OrderCancelled();
            default -> throw new IllegalArgumentException("no handler for " + envelope.eventType());
        };
    }

    private OrderBody body(Envelope envelope) {
        if (!envelope.majorVersion().equals("1")) {
            throw new IllegalArgumentException("event version " + envelope.eventVersion() + " is not understood");
        }
        try {
            OrderBody body = json.readValue(envelope.data(), OrderBody.class);
            if (body == null || body.items().contains(null)) {
                throw new IllegalArgumentException("nothing where the body or an item should be");
            }
            return body;
        } catch (IOException e) {
            // Without its cause: an I/O error somewhere in a chain means "not now" to others, and this one means
            // "never".
            throw new IllegalArgumentException("not the body of an %s event: %s"
                    .formatted(envelope.eventType(), e.getClass().getSimpleName()));
        }
    }

    OutgoingEvent event(UUID orderId, ReservationEvent event, long sequence, Instant at) {
        String type =
                switch (event.kind()) {
                    case RESERVED -> "inventory.reserved";
                    case COMMITTED -> "inventory.committed";
                    case RELEASED -> "inventory.released";
                    case RESERVATION_LOST -> "inventory.reservation_lost";
                };
        List<Item> items = event.items().stream().map(InventoryMessages::item).toList();
        String id = orderId.toString();
        return new OutgoingEvent(type, "reservation", id, sequence, at, bytes(new ReservationBody(id, items)));
    }

    private static Item item(Line line) {
        return new Item(line.productId(), line.quantity());
    }

    OutgoingEvent lowStock(Ledger.Product product, Instant at) {
        Stock stock = product.stock();
        long threshold = stock.lowThreshold() == null ? 0 : stock.lowThreshold();
        return product(
                "inventory.low_stock",
                product,
                at,
                new LowStockBody(stock.productId(), product.name(), stock.available(), threshold));
    }

    OutgoingEvent restocked(Ledger.Product product, long quantity, Instant at) {
        Stock stock = product.stock();
        return product(
                "inventory.restocked",
                product,
                at,
                new RestockedBody(stock.productId(), product.name(), quantity, stock.onHand()));
    }

    private OutgoingEvent product(String type, Ledger.Product product, Instant at, Object body) {
        return new OutgoingEvent(type, "product", product.stock().productId(), product.sequence(), at, bytes(body));
    }

    /** An answer, to be given word for word again. */
    String text(ProductView view) {
        return new String(bytes(view), StandardCharsets.UTF_8);
    }

    private byte[] bytes(Object body) {
        try {
            return json.writeValueAsBytes(body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
