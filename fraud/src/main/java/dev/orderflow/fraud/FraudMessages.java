package dev.orderflow.fraud;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.orderflow.fraud.domain.Assessment;
import dev.orderflow.fraud.domain.Money;
import dev.orderflow.fraud.domain.OrderFacts;
import dev.orderflow.fraud.domain.OrderInput;
import dev.orderflow.fraud.domain.Reason;
import dev.orderflow.fraud.domain.Verdict;
import dev.orderflow.messaging.Envelope;
import dev.orderflow.messaging.OutgoingEvent;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** JSON ↔ domain. What an event must have is checked here; what it has besides is ignored. */
@ApplicationScoped
class FraudMessages {

    static final Set<String> CONSUMED = Set.of("order.placed", "order.confirmed", "order.cancelled");

    private static final TypeReference<List<StoredReason>> REASONS = new TypeReference<>() {};

    /** Of its own, because events are read more leniently than commands. */
    private final ObjectMapper json = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    /** The part of an order event that matters here; the three types have it in common. */
    @RegisterForReflection
    record OrderBody(
            @JsonProperty(required = true) UUID orderId,
            @JsonProperty(required = true) String customerId,
            @JsonProperty(required = true) List<Item> items,
            @JsonProperty(required = true) String total,
            @JsonProperty(required = true) String currency,
            @Nullable String contactRef) {}

    @RegisterForReflection
    record Item(@JsonProperty(required = true) long quantity) {}

    @RegisterForReflection
    record VerdictBody(UUID orderId, String customerId, int score, List<String> reasons) {}

    /** A reason as column {@code reasons} keeps it and as answers show it. */
    @RegisterForReflection
    record StoredReason(String code, int points, String detail) {}

    /** @throws IllegalArgumentException for a body that cannot be understood, now or later */
    OrderInput read(Envelope envelope) {
        OrderBody body = body(envelope);
        if (!body.orderId().toString().equals(envelope.aggregateId())) {
            throw new IllegalArgumentException("the body is of another order than the envelope");
        }
        OrderFacts order = new OrderFacts(
                body.orderId(),
                body.customerId(),
                body.contactRef(),
                Money.of(body.total(), body.currency()),
                body.items().stream().map(Item::quantity).toList(),
                envelope.timestamp());
        return switch (envelope.eventType()) {
            case "order.placed" -> new OrderInput.Placed(order);
            case "order.confirmed" -> new OrderInput.Confirmed(order.orderId(), order.customerId(), order.units());
            case "order.cancelled" -> new OrderInput.Cancelled(order.orderId(), order.customerId());
            default -> throw new IllegalArgumentException("no handler for " + envelope.eventType());
        };
    }

    private OrderBody body(Envelope envelope) {
        if (!envelope.majorVersion().equals("1")) {
            throw new IllegalArgumentException("event version " + envelope.eventVersion() + " is not understood");
        }
        try {
            return json.readValue(envelope.data(), OrderBody.class);
        } catch (IOException e) {
            throw new IllegalArgumentException("not the body of an " + envelope.eventType() + " event", e);
        }
    }

    /** The first event of an assessment. */
    OutgoingEvent verdict(OrderFacts order, Assessment assessment, Instant at) {
        List<String> codes = assessment.reasons().stream()
                .map(reason -> reason.code().text())
                .toList();
        return event(
                assessment.verdict(),
                new VerdictBody(order.orderId(), order.customerId(), assessment.score(), codes),
                1,
                at);
    }

    OutgoingEvent event(Verdict verdict, VerdictBody body, long sequence, Instant at) {
        String type =
                switch (verdict) {
                    case CLEARED -> "fraud.cleared";
                    case REJECTED -> "fraud.rejected";
                    case REVIEW -> "fraud.review_requested";
                };
        return new OutgoingEvent(type, "assessment", body.orderId().toString(), sequence, at, bytes(body));
    }

    String reasons(List<Reason> reasons) {
        return text(reasons.stream()
                .map(reason -> new StoredReason(reason.code().text(), reason.points(), reason.detail()))
                .toList());
    }

    List<StoredReason> reasons(String stored) {
        try {
            return json.readValue(stored, REASONS);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("stored reasons cannot be read", e);
        }
    }

    private byte[] bytes(Object body) {
        try {
            return json.writeValueAsBytes(body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private String text(Object value) {
        try {
            return json.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
