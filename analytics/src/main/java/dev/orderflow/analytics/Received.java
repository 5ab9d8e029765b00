package dev.orderflow.analytics;

import dev.orderflow.messaging.Envelope;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An event and what is counted of it.
 *
 * @param body as it came
 * @param orderId the order that it is about, if it is about one
 * @param detail see table {@code minutes}; empty when there is none
 * @param amount total in minor units of the currency in {@code detail}; 0 without one
 */
record Received(
        Envelope envelope,
        String body,
        @Nullable UUID orderId,
        String detail,
        long amount,
        List<Line> lines,
        @Nullable Name name) {

    /** Units of a product, and what they cost together in minor units of {@code currency}, where the event says so. */
    record Line(UUID productId, Measure measure, long units, String currency, long amount) {}

    /** What a product is called. */
    record Name(UUID productId, String text, Instant since) {}

    /** What can be counted of a product; the names of the columns. */
    enum Measure {
        UNITS_ORDERED,
        UNITS_CONFIRMED,
        UNITS_CANCELLED,
        UNITS_RESERVED,
        UNITS_COMMITTED,
        UNITS_RELEASED,
        UNITS_LOST,
        UNITS_RESTOCKED,
        LOW_STOCK
    }
}
