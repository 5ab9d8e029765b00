package dev.orderflow.notification;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.orderflow.messaging.Envelope;
import dev.orderflow.messaging.OutgoingEvent;
import dev.orderflow.notification.domain.Decision;
import dev.orderflow.notification.domain.Decision.Failed;
import dev.orderflow.notification.domain.Decision.Sent;
import dev.orderflow.notification.domain.Decision.Skipped;
import dev.orderflow.notification.domain.Decision.TryAgain;
import dev.orderflow.notification.domain.Money;
import dev.orderflow.notification.domain.Notice;
import dev.orderflow.notification.domain.Notice.Line;
import dev.orderflow.notification.domain.Notice.OrderNotice;
import dev.orderflow.notification.domain.Notice.StockNotice;
import dev.orderflow.notification.domain.Occasion;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** JSON from and to the domain: events coming in, events going out. */
@ApplicationScoped
class NotificationMessages {

    static final Set<String> EVENT_TYPES =
            Set.of("order.placed", "order.confirmed", "order.cancelled", "inventory.low_stock");

    private static final String MAJOR = "1";

    private final ObjectMapper json;

    NotificationMessages(ObjectMapper json) {
        this.json = json.copy().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    }

    /** What is needed of an order event; the rest of it is nobody's business here. */
    @RegisterForReflection
    record OrderBody(
            @Nullable UUID orderId,
            @Nullable List<ItemBody> items,
            @Nullable String total,
            @Nullable String currency,
            @Nullable String reason) {}

    @RegisterForReflection
    record ItemBody(
            @Nullable String productId,
            long quantity,
            @Nullable String price) {}

    @RegisterForReflection
    record StockBody(@Nullable UUID productId, @Nullable String name, long available, long threshold) {}

    /** The body of what is published. */
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record FinishedBody(
            UUID notificationId,
            UUID orderId,
            String channel,
            String state,
            @Nullable String reason) {}

    /** What the event tells of. */
    static Occasion occasion(Envelope event) {
        return Occasion.of(event.eventType().substring(event.eventType().indexOf('.') + 1));
    }

    /** @throws IllegalArgumentException when the event is not what its type and version promise */
    Notice notice(Envelope event) {
        if (!event.majorVersion().equals(MAJOR)) {
            throw new IllegalArgumentException("unknown major version " + event.eventVersion());
        }
        Notice notice = notice(occasion(event), event.data());
        // What is told of an order is told in the order of its key.
        if (notice instanceof OrderNotice order && !order.orderId().toString().equals(event.aggregateId())) {
            throw new IllegalArgumentException("the body is of another order than the envelope");
        }
        return notice;
    }

    /** @throws IllegalArgumentException when the body is none of this occasion */
    Notice notice(Occasion occasion, byte[] body) {
        return occasion == Occasion.LOW_STOCK
                ? stock(read(body, StockBody.class))
                : order(occasion, read(body, OrderBody.class));
    }

    private static OrderNotice order(Occasion occasion, OrderBody body) {
        String currency = required(body.currency(), "currency");
        List<Line> lines = required(body.items(), "items").stream()
                .map(item -> new Line(
                        required(item.productId(), "product_id"),
                        item.quantity(),
                        Money.parse(required(item.price(), "price"), currency)))
                .toList();
        Money total = Money.parse(required(body.total(), "total"), currency);
        return new OrderNotice(occasion, required(body.orderId(), "order_id"), lines, total, body.reason());
    }

    private static StockNotice stock(StockBody body) {
        return new StockNotice(
                required(body.productId(), "product_id"),
                required(body.name(), "name"),
                body.available(),
                body.threshold());
    }

    private <T> T read(byte[] body, Class<T> type) {
        try {
            return required(json.readValue(body, type), "body");
        } catch (IOException e) {
            // Without the message, which may quote the body.
            throw new IllegalArgumentException("no JSON of the form that was promised", e);
        }
    }

    private static <T> T required(@Nullable T value, String name) {
        if (value == null) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return value;
    }

    /** What is to be published when a notification ends; nothing about those that were skipped or not about an order. */
    Optional<OutgoingEvent> event(Claimed claimed, Decision decision, long sequence, Instant at) {
        if (claimed.orderId() == null) {
            return Optional.empty();
        }
        return switch (decision) {
            case Sent _ ->
                Optional.of(event("notification.sent", body(claimed, claimed.orderId(), null), sequence, at));
            case Failed(String reason) ->
                Optional.of(event("notification.failed", body(claimed, claimed.orderId(), reason), sequence, at));
            case Skipped _, TryAgain _ -> Optional.empty();
        };
    }

    private static FinishedBody body(Claimed claimed, UUID orderId, @Nullable String reason) {
        return new FinishedBody(
                claimed.id(), orderId, "email", claimed.occasion().code(), reason);
    }

    private OutgoingEvent event(String type, FinishedBody body, long sequence, Instant at) {
        try {
            return new OutgoingEvent(
                    type, "notification", body.notificationId().toString(), sequence, at, json.writeValueAsBytes(body));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
