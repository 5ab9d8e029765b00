package dev.orderflow.analytics;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonRawValue;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What REST answers. */
final class Views {

    private Views() {}

    /** A decimal amount with all digits of its currency. */
    @RegisterForReflection
    record Amount(String currency, String amount) {}

    /** Orders, what they brought in, and why some were cancelled. */
    @RegisterForReflection
    record Orders(long placed, long confirmed, long cancelled, Map<String, Long> cancelledBy, List<Amount> revenue) {}

    /** Everything since the beginning. {@code events} counts every event by its type. */
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Summary(
            Orders orders,
            long open,
            Map<String, Long> events,
            @Nullable Instant lastEventAt) {}

    /** What happened in a minute (UTC). */
    @RegisterForReflection
    record Minute(Instant minute, Orders orders) {}

    /** What happened to a product. Revenues are of confirmed orders. */
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Product(
            UUID productId,
            @Nullable String name,
            Units units,
            long lowStock,
            List<Amount> ordered,
            List<Amount> revenue) {}

    /** Units by what happened to them. */
    @RegisterForReflection
    record Units(
            long ordered,
            long confirmed,
            long cancelled,
            long reserved,
            long committed,
            long released,
            long lost,
            long restocked) {}

    /** An event as it was received. */
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Event(
            UUID eventId,
            String eventType,
            String eventVersion,
            String source,
            String aggregateId,
            long sequence,
            Instant occurredAt,
            Instant receivedAt,
            String correlationId,
            @Nullable String traceparent,
            @Nullable UUID orderId,
            @JsonRawValue @Schema(type = SchemaType.OBJECT) String body) {}

    /** Some of them, and the path of the next ones; absent on the last page. */
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Page<T>(List<T> items, @Nullable String next) {}
}
