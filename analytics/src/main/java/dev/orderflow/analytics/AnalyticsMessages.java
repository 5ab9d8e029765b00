package dev.orderflow.analytics;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.orderflow.analytics.Received.Line;
import dev.orderflow.analytics.Received.Measure;
import dev.orderflow.messaging.Envelope;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** JSON → what is counted. What an event must have for that is checked here; what it has besides is kept, not read. */
@ApplicationScoped
class AnalyticsMessages {

    static final Set<String> CONSUMED = Set.of(
            "order.placed",
            "order.confirmed",
            "order.cancelled",
            "inventory.reserved",
            "inventory.committed",
            "inventory.released",
            "inventory.reservation_lost",
            "inventory.restocked",
            "inventory.low_stock",
            "fraud.cleared",
            "fraud.rejected",
            "fraud.review_requested",
            "notification.sent",
            "notification.failed");

    private final ObjectMapper json = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** The fields that are read, of all events; each type has some of them. */
    @RegisterForReflection
    record Body(
            @Nullable UUID orderId,
            @Nullable List<Item> items,
            @Nullable String total,
            @Nullable String currency,
            @Nullable String reason,
            @Nullable UUID productId,
            @Nullable String name,
            @Nullable Long quantity) {}

    @RegisterForReflection
    record Item(
            @Nullable UUID productId,
            @Nullable Long quantity,
            @Nullable String price) {}

    /** @throws IllegalArgumentException or ArithmeticException for a body that can never be counted */
    Received read(Envelope envelope) {
        if (!envelope.majorVersion().equals("1")) {
            throw new IllegalArgumentException("event version " + envelope.eventVersion() + " is not understood");
        }
        Body body = body(envelope);
        return switch (envelope.eventType()) {
            case "order.placed" -> order(envelope, body, Measure.UNITS_ORDERED);
            case "order.confirmed" -> order(envelope, body, Measure.UNITS_CONFIRMED);
            case "order.cancelled" ->
                ofOrder(envelope, body, present(body.reason(), "reason"), units(body, Measure.UNITS_CANCELLED));
            case "inventory.reserved" -> ofOrder(envelope, body, "", units(body, Measure.UNITS_RESERVED));
            case "inventory.committed" -> ofOrder(envelope, body, "", units(body, Measure.UNITS_COMMITTED));
            case "inventory.released" -> ofOrder(envelope, body, "", units(body, Measure.UNITS_RELEASED));
            case "inventory.reservation_lost" -> ofOrder(envelope, body, "", units(body, Measure.UNITS_LOST));
            case "inventory.restocked" ->
                product(envelope, body, Measure.UNITS_RESTOCKED, present(body.quantity(), "quantity"));
            case "inventory.low_stock" -> product(envelope, body, Measure.LOW_STOCK, 1);
            case "notification.failed" -> received(envelope, body, present(body.reason(), "reason"), 0, List.of());
            case "notification.sent" -> received(envelope, body, "", 0, List.of());
            default -> ofOrder(envelope, body, "", List.of());
        };
    }

    private Body body(Envelope envelope) {
        try {
            Body body = json.readValue(envelope.data(), Body.class);
            if (body == null) {
                throw new IllegalArgumentException("no object");
            }
            return body;
        } catch (IOException e) {
            throw new IllegalArgumentException("not the body of an " + envelope.eventType() + " event", e);
        }
    }

    /** An order with its money: the currency is what sums are kept apart by. */
    private static Received order(Envelope envelope, Body body, Measure measure) {
        String currency = present(body.currency(), "currency");
        List<Line> lines = items(body).stream()
                .map(item -> {
                    long units = present(item.quantity(), "quantity");
                    long price = Money.minorUnits(present(item.price(), "price"), currency);
                    return new Line(
                            present(item.productId(), "product_id"),
                            measure,
                            units,
                            currency,
                            Math.multiplyExact(units, price));
                })
                .toList();
        long total = Money.minorUnits(present(body.total(), "total"), currency);
        keyed(envelope, present(body.orderId(), "order_id"));
        return received(envelope, body, currency, total, lines);
    }

    private static Received ofOrder(Envelope envelope, Body body, String detail, List<Line> lines) {
        keyed(envelope, present(body.orderId(), "order_id"));
        return received(envelope, body, detail, 0, lines);
    }

    private static Received received(Envelope envelope, Body body, String detail, long amount, List<Line> lines) {
        UUID orderId = present(body.orderId(), "order_id");
        return new Received(envelope, text(envelope), orderId, detail, amount, lines, null);
    }

    /** An event is parked, and waits behind a parked one, by its key: so that has to be what it is about. */
    private static void keyed(Envelope envelope, UUID id) {
        if (!id.toString().equals(envelope.aggregateId())) {
            throw new IllegalArgumentException("the body is of something else than the envelope");
        }
    }

    private static Received product(Envelope envelope, Body body, Measure measure, long count) {
        UUID productId = present(body.productId(), "product_id");
        keyed(envelope, productId);
        var name = new Received.Name(productId, present(body.name(), "name"), envelope.timestamp());
        return new Received(
                envelope, text(envelope), null, "", 0, List.of(new Line(productId, measure, count, "", 0)), name);
    }

    private static List<Line> units(Body body, Measure measure) {
        return items(body).stream()
                .map(item -> new Line(
                        present(item.productId(), "product_id"), measure, present(item.quantity(), "quantity"), "", 0))
                .toList();
    }

    private static List<Item> items(Body body) {
        return present(body.items(), "items");
    }

    private static String text(Envelope envelope) {
        return new String(envelope.data(), StandardCharsets.UTF_8);
    }

    private static <T> T present(@Nullable T value, String field) {
        if (value == null) {
            throw new IllegalArgumentException("the body has no " + field);
        }
        return value;
    }
}
