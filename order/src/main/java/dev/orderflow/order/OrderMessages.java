package dev.orderflow.order;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.orderflow.messaging.Envelope;
import dev.orderflow.messaging.OutgoingEvent;
import dev.orderflow.order.domain.Order;
import dev.orderflow.order.domain.Order.Cancelled;
import dev.orderflow.order.domain.Order.Confirmed;
import dev.orderflow.order.domain.Order.Pending;
import dev.orderflow.order.domain.OrderEvent;
import dev.orderflow.order.domain.OrderEvent.OrderCancelled;
import dev.orderflow.order.domain.OrderEvent.OrderConfirmed;
import dev.orderflow.order.domain.OrderEvent.OrderPlaced;
import dev.orderflow.order.domain.OrderInput;
import dev.orderflow.order.domain.OrderInput.FraudCleared;
import dev.orderflow.order.domain.OrderInput.FraudRejected;
import dev.orderflow.order.domain.OrderInput.FraudReviewRequested;
import dev.orderflow.order.domain.OrderInput.StockBound;
import dev.orderflow.order.domain.OrderInput.StockCommitted;
import dev.orderflow.order.domain.OrderInput.StockLost;
import dev.orderflow.order.domain.OrderInput.StockReleased;
import dev.orderflow.order.domain.Purchase;
import io.quarkiverse.resteasy.problem.HttpProblem;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** JSON from and to the domain: orders and events going out, events coming in. */
@ApplicationScoped
class OrderMessages {

    /** The events that say something to an order. */
    static final Set<String> FRAUD = Set.of("fraud.cleared", "fraud.rejected", "fraud.review_requested");

    static final Set<String> INVENTORY =
            Set.of("inventory.reserved", "inventory.reservation_lost", "inventory.committed", "inventory.released");

    private static final String MAJOR = "1";

    private final ObjectMapper commands;
    private final ObjectMapper events;
    private final OrderConfig config;

    OrderMessages(ObjectMapper commands, OrderConfig config) {
        this.commands = commands;
        this.events = commands.copy().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
        this.config = config;
    }

    /** An order as a client sees it. */
    @RegisterForReflection
    @Schema(name = "Order")
    record OrderBody(
            @Schema(examples = "0198c7b2-6f1e-7a10-9d3c-5b1f0c4e2a77")
            String orderId,

            @Schema(examples = "customer-1042") String customerId,

            @Schema(enumeration = {"PENDING", "CONFIRMED", "CANCELLED"})
            String state,

            @Nullable String cancelReason,
            List<ItemBody> items,
            @Schema(examples = "99.98") String total,
            @Schema(examples = "USD") String currency,
            Instant placedAt) {}

    /** A line with its price, in orders and in events alike. */
    @RegisterForReflection
    @Schema(name = "Item")
    record ItemBody(
            String productId,
            long quantity,
            @Schema(examples = "49.99") String price) {}

    /** One page of orders, the latest first. */
    @RegisterForReflection
    @Schema(name = "Orders")
    record PageBody(
            List<OrderBody> orders,

            @Schema(description = "Where the next page is; absent on the last one.") @Nullable
            String next) {}

    /** The body of every event that this service publishes. */
    @RegisterForReflection
    record EventBody(
            String orderId,
            String customerId,
            List<ItemBody> items,
            String total,
            String currency,
            @Nullable String contactRef,
            @Nullable String reason) {}

    /** All that makes two requests the same one. */
    @RegisterForReflection
    @JsonFormat(shape = JsonFormat.Shape.ARRAY)
    record Wish(String customerId, List<RequestedLine> lines, Contact contact) {}

    OrderBody order(Order order) {
        return switch (order) {
            case Pending pending -> order(pending.purchase(), "PENDING", null);
            case Confirmed confirmed -> order(confirmed.purchase(), "CONFIRMED", null);
            case Cancelled cancelled -> order(cancelled.purchase(), "CANCELLED", lowerCase(cancelled.reason()));
        };
    }

    /** The same text as the REST edge would write for it. */
    String text(Order order) {
        return text((Object) order(order));
    }

    String text(HttpProblem problem) {
        return text((Object) problem);
    }

    /** What a request asks for, in a form that is equal for equal requests, whatever their spelling. */
    String fingerprint(String customerId, List<RequestedLine> lines, Contact contact) {
        return sha256(bytes(new Wish(customerId, lines, contact)));
    }

    /** By which fraud recognises a contact. */
    @Nullable
    String contactReference(Contact contact) {
        return contact.reference(config.contactKey());
    }

    /** @param contactReference for a placed order only */
    OutgoingEvent event(OrderEvent event, long sequence, Instant now, @Nullable String contactReference) {
        return switch (event) {
            case OrderPlaced placed -> event("order.placed", placed, sequence, now, contactReference, null);
            case OrderConfirmed confirmed -> event("order.confirmed", confirmed, sequence, now, null, null);
            case OrderCancelled cancelled ->
                event("order.cancelled", cancelled, sequence, now, null, lowerCase(cancelled.reason()));
        };
    }

    /**
     * What an event says to an order.
     *
     * @throws IllegalArgumentException when it is not what its type and version promise
     */
    OrderInput input(Envelope envelope) {
        if (!envelope.majorVersion().equals(MAJOR)) {
            throw new IllegalArgumentException("unknown major version " + envelope.eventVersion());
        }
        return switch (envelope.eventType()) {
            case "fraud.cleared" -> new FraudCleared();
            case "fraud.rejected" -> new FraudRejected();
            case "fraud.review_requested" ->
                new FraudReviewRequested(config.reviewDeadline().minus(config.deadline()));
            case "inventory.reserved" -> new StockBound();
            case "inventory.reservation_lost" -> new StockLost();
            case "inventory.committed" -> new StockCommitted();
            case "inventory.released" -> new StockReleased();
            default -> throw new IllegalArgumentException("not a type of ours: " + envelope.eventType());
        };
    }

    /**
     * The order that an event is about.
     *
     * @throws IllegalArgumentException when it does not say, or says another one than its key, in whose order it came
     */
    String orderId(Envelope envelope) {
        JsonNode id = read(envelope.data()).get("order_id");
        if (id == null || !id.isTextual()) {
            throw new IllegalArgumentException("no order_id in " + envelope.eventType());
        }
        // Ids have one spelling: the same order in capitals would be another key.
        if (!id.textValue().toLowerCase(Locale.ROOT).equals(envelope.aggregateId())) {
            throw new IllegalArgumentException("the body is of another order than the envelope");
        }
        return id.textValue();
    }

    private JsonNode read(byte[] json) {
        try {
            return events.readTree(json);
        } catch (IOException e) {
            throw new IllegalArgumentException("not JSON: " + e.getMessage());
        }
    }

    private OutgoingEvent event(
            String type,
            OrderEvent event,
            long sequence,
            Instant now,
            @Nullable String contactReference,
            @Nullable String reason) {
        var purchase = event.purchase();
        var body = new EventBody(
                purchase.orderId().toString(),
                purchase.customerId(),
                items(purchase),
                purchase.total().amount(),
                purchase.total().currency().getCurrencyCode(),
                contactReference,
                reason);
        return new OutgoingEvent(type, "order", purchase.orderId().toString(), sequence, now, bytes(body));
    }

    private static OrderBody order(Purchase purchase, String state, @Nullable String cancelReason) {
        return new OrderBody(
                purchase.orderId().toString(),
                purchase.customerId(),
                state,
                cancelReason,
                items(purchase),
                purchase.total().amount(),
                purchase.total().currency().getCurrencyCode(),
                purchase.placedAt());
    }

    private static List<ItemBody> items(Purchase purchase) {
        return purchase.lines().stream()
                .map(line -> new ItemBody(
                        line.productId(), line.quantity(), line.unitPrice().amount()))
                .toList();
    }

    private static String lowerCase(Enum<?> name) {
        return name.name().toLowerCase(Locale.ROOT);
    }

    private String text(Object value) {
        try {
            return commands.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private byte[] bytes(Object value) {
        try {
            return events.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
