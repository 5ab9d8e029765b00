package dev.orderflow.analytics;

import com.fasterxml.uuid.Generators;
import dev.orderflow.messaging.Cause;
import dev.orderflow.messaging.Envelope;
import io.opentelemetry.api.trace.Span;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/** An event as the services publish it: the record's headers and body, or the envelope made of them. */
record TestEvent(UUID eventId, String type, String subject, long sequence, Instant at, String body) {

    static final List<String> TOPICS =
            List.of("order.events.v1", "inventory.events.v1", "fraud.events.v1", "notification.events.v1");

    static TestEvent of(String type, String subject, long sequence, Instant at, String body) {
        return new TestEvent(id(), type, subject, sequence, at, body);
    }

    static UUID id() {
        return Generators.timeBasedEpochGenerator().generate();
    }

    String topic() {
        return type.substring(0, type.indexOf('.')) + ".events.v1";
    }

    Map<String, String> headers() {
        return Map.ofEntries(
                Map.entry("ce_specversion", "1.0"),
                Map.entry("ce_id", eventId.toString()),
                Map.entry("ce_type", type),
                Map.entry("ce_eventversion", "1.0"),
                Map.entry("ce_time", at.toString()),
                Map.entry("ce_source", "/" + type.substring(0, type.indexOf('.'))),
                Map.entry("ce_subject", subject),
                Map.entry("ce_sequence", Long.toString(sequence)),
                Map.entry("ce_correlationid", "story-of-" + subject),
                Map.entry("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
                Map.entry("content-type", "application/json"));
    }

    Envelope envelope() {
        return new Envelope(
                eventId,
                type,
                "1.0",
                at,
                "/" + type.substring(0, type.indexOf('.')),
                subject,
                sequence,
                new Cause("story-of-" + subject, null, null),
                body.getBytes(StandardCharsets.UTF_8),
                Span.getInvalid());
    }

    /** What happens to random orders of some products, in a random hour, reproducible by the seed. */
    static List<TestEvent> random(Random random, List<UUID> products, int orders, Instant start) {
        List<TestEvent> events = new ArrayList<>();
        for (UUID product : products) {
            for (int i = 1; i <= 3; i++) {
                Instant at = start.plusSeconds(random.nextInt(3600));
                events.add(
                        random.nextBoolean()
                                ? restocked(product, i, at, "Lamp " + random.nextInt(9), 1 + random.nextInt(50))
                                : lowStock(product, i, at, "Lamp " + random.nextInt(9)));
            }
        }
        for (int i = 0; i < orders; i++) {
            events.addAll(story(random, products, start.plusSeconds(random.nextInt(3600))));
        }
        return events;
    }

    private static List<TestEvent> story(Random random, List<UUID> products, Instant at) {
        UUID order = id();
        String currency = List.of("USD", "EUR", "JPY").get(random.nextInt(3));
        UUID product = products.get(random.nextInt(products.size()));
        String body =
                order(order, product, 1 + random.nextInt(4), currency.equals("JPY") ? "700" : "12.34", currency, "");
        List<TestEvent> events = new ArrayList<>(List.of(
                of("order.placed", order.toString(), 1, at, body),
                of("inventory.reserved", order.toString(), 1, at, body)));
        String verdict = List.of("cleared", "rejected", "review_requested").get(random.nextInt(3));
        events.add(of("fraud." + verdict, order.toString(), 1, at.plusSeconds(1), verdict(order)));
        Instant end = at.plusSeconds(random.nextInt(200));
        if (verdict.equals("cleared")) {
            events.add(of("order.confirmed", order.toString(), 2, end, body));
            events.add(of("inventory.committed", order.toString(), 2, end, body));
            events.add(notification(order, "sent", end, ""));
        } else if (verdict.equals("rejected")) {
            String reason = List.of("fraud_rejected", "customer_request").get(random.nextInt(2));
            events.add(of(
                    "order.cancelled",
                    order.toString(),
                    2,
                    end,
                    body.replace("}]", "}],\"reason\":\"" + reason + "\"")));
            events.add(of("inventory.released", order.toString(), 2, end, body));
            events.add(notification(order, "failed", end, ",\"reason\":\"invalid_address\""));
        }
        return events;
    }

    static String order(UUID order, UUID product, long quantity, String price, String currency, String more) {
        String total = new java.math.BigDecimal(price)
                .multiply(java.math.BigDecimal.valueOf(quantity))
                .toPlainString();
        return ("{\"order_id\":\"%s\",\"customer_id\":\"alice\",\"items\":[{\"product_id\":\"%s\",\"quantity\":%d,"
                        + "\"price\":\"%s\"}],\"total\":\"%s\",\"currency\":\"%s\"%s}")
                .formatted(order, product, quantity, price, total, currency, more);
    }

    static TestEvent restocked(UUID product, long sequence, Instant at, String name, long quantity) {
        return of(
                "inventory.restocked",
                product.toString(),
                sequence,
                at,
                "{\"product_id\":\"%s\",\"name\":\"%s\",\"quantity\":%d,\"on_hand\":60}"
                        .formatted(product, name, quantity));
    }

    static TestEvent lowStock(UUID product, long sequence, Instant at, String name) {
        return of(
                "inventory.low_stock",
                product.toString(),
                sequence,
                at,
                "{\"product_id\":\"%s\",\"name\":\"%s\",\"available\":3,\"threshold\":5}".formatted(product, name));
    }

    private static String verdict(UUID order) {
        return "{\"order_id\":\"%s\",\"customer_id\":\"alice\",\"score\":0,\"reasons\":[]}".formatted(order);
    }

    private static TestEvent notification(UUID order, String outcome, Instant at, String more) {
        UUID id = id();
        return of(
                "notification." + outcome,
                id.toString(),
                1,
                at,
                "{\"notification_id\":\"%s\",\"order_id\":\"%s\",\"channel\":\"email\",\"state\":\"placed\"%s}"
                        .formatted(id, order, more));
    }
}
