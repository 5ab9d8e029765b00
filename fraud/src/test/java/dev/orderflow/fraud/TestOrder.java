package dev.orderflow.fraud;

import com.fasterxml.uuid.Generators;
import dev.orderflow.dev.TestTopic;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An order and its events as the order service publishes them. */
record TestOrder(
        UUID orderId,
        String customerId,
        String total,
        long quantity,
        @Nullable String contactRef,
        Instant placedAt) {

    static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

    static TestOrder of(String customerId, String total) {
        return new TestOrder(id(), customerId, total, 1, null, Instant.parse("2026-03-01T12:00:00Z"));
    }

    TestOrder withQuantity(long units) {
        return new TestOrder(orderId, customerId, total, units, contactRef, placedAt);
    }

    TestOrder withContact(String ref) {
        return new TestOrder(orderId, customerId, total, quantity, ref, placedAt);
    }

    TestOrder at(Instant time) {
        return new TestOrder(orderId, customerId, total, quantity, contactRef, time);
    }

    static UUID id() {
        return Generators.timeBasedEpochGenerator().generate();
    }

    String key() {
        return orderId.toString();
    }

    /** Headers of a new event of the order. */
    Map<String, String> headers(String type, int sequence) {
        return new HashMap<>(Map.ofEntries(
                Map.entry("ce_specversion", "1.0"),
                Map.entry("ce_id", id().toString()),
                Map.entry("ce_type", type),
                Map.entry("ce_eventversion", "1.0"),
                Map.entry("ce_time", placedAt.toString()),
                Map.entry("ce_source", "/order"),
                Map.entry("ce_subject", key()),
                Map.entry("ce_sequence", Integer.toString(sequence)),
                Map.entry("ce_correlationid", "story-of-" + key()),
                Map.entry("traceparent", "00-" + TRACE + "-b7ad6b7169203331-01"),
                Map.entry("content-type", "application/json")));
    }

    byte[] body() {
        String contact = contactRef == null ? "" : ",\"contact_ref\":\"%s\"".formatted(contactRef);
        return TestTopic.bytes("""
                {"order_id":"%s","customer_id":"%s","total":"%s","currency":"USD","not_known_yet":{"a":[1]},
                 "items":[{"product_id":"0198c7b1-20aa-7c41-8f62-0a9be17d4c05","quantity":%d,"price":"1.00"}]%s}""".formatted(orderId, customerId, total, quantity, contact));
    }
}
