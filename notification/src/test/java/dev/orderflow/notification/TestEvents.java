package dev.orderflow.notification;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** Events as their publishers would send them. */
final class TestEvents {

    private static final TimeBasedEpochGenerator IDS = Generators.timeBasedEpochGenerator();

    private TestEvents() {}

    static UUID id() {
        return IDS.generate();
    }

    static Map<String, String> headers(String type, String subject) {
        return new HashMap<>(Map.ofEntries(
                Map.entry("ce_specversion", "1.0"),
                Map.entry("ce_id", id().toString()),
                Map.entry("ce_type", type),
                Map.entry("ce_source", "/" + type.substring(0, type.indexOf('.'))),
                Map.entry("ce_subject", subject),
                Map.entry("ce_time", Instant.now().toString()),
                Map.entry("ce_eventversion", "1.0"),
                Map.entry("ce_dataschema", "schemas/" + type + ".json"),
                Map.entry("ce_correlationid", "story-of-" + subject),
                Map.entry("ce_sequence", "1"),
                Map.entry("content-type", "application/json"),
                Map.entry("traceparent", traceparent(subject))));
    }

    /** One trace for each subject. */
    static String traceparent(String subject) {
        return "00-" + subject.replace("-", "") + "-00f067aa0ba902b7-01";
    }

    static String order(String orderId) {
        return """
                {"order_id": "%s", "customer_id": "customer-1", "currency": "USD", "total": "1399.98",
                 "items": [{"product_id": "0198c7b1-20aa-7c41-8f62-0a9be17d4c05", "quantity": 2, "price": "699.99"}]}
                """.formatted(orderId);
    }

    static String cancelled(String orderId, String reason) {
        return order(orderId).replace("{\"order_id\"", "{\"reason\": \"" + reason + "\", \"order_id\"");
    }

    static String lowStock(String productId, String name) {
        return """
                {"product_id": "%s", "name": "%s", "available": 3, "threshold": 5}
                """.formatted(productId, name);
    }
}
