package dev.orderflow.dev;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Says in Zipkin's words what a batch of OTLP says, and leaves nothing out: what Zipkin has no field for becomes a tag,
 * under the names that OpenTelemetry's specification of exporters to Zipkin gives.
 */
final class ZipkinSpans {

    /** Who is on the other side; only then Zipkin draws services and the broker between them as dependencies. */
    private static final List<String> PEERS = List.of("peer.service", "messaging.system");

    private ZipkinSpans() {}

    /** As Zipkin's JSON. */
    static String json(ExportTraceServiceRequest request) {
        var spans = new ArrayList<Map<String, Object>>();
        for (var resource : request.getResourceSpansList()) {
            for (var scope : resource.getScopeSpansList()) {
                scope.getSpansList().forEach(span -> spans.add(span(resource.getResource(), scope.getScope(), span)));
            }
        }
        return json(spans);
    }

    private static Map<String, Object> span(Resource resource, InstrumentationScope scope, Span span) {
        var zipkin = new LinkedHashMap<String, Object>();
        zipkin.put("traceId", hex(span.getTraceId()));
        zipkin.put("id", hex(span.getSpanId()));
        if (!span.getParentSpanId().isEmpty()) {
            zipkin.put("parentId", hex(span.getParentSpanId()));
        }
        zipkin.put("name", span.getName());
        switch (span.getKind()) {
            case SPAN_KIND_SERVER, SPAN_KIND_CLIENT, SPAN_KIND_PRODUCER, SPAN_KIND_CONSUMER ->
                zipkin.put("kind", span.getKind().name().substring("SPAN_KIND_".length()));
            case SPAN_KIND_INTERNAL, SPAN_KIND_UNSPECIFIED, UNRECOGNIZED -> {}
        }
        var start = micros(span.getStartTimeUnixNano());
        zipkin.put("timestamp", start);
        // 0 would mean that nobody knows.
        zipkin.put("duration", Math.max(1, micros(span.getEndTimeUnixNano()) - start));
        var tags = tags(resource, scope, span);
        zipkin.put("localEndpoint", Map.of("serviceName", tags.getOrDefault("service.name", "unknown")));
        PEERS.stream()
                .filter(tags::containsKey)
                .findFirst()
                .ifPresent(peer -> zipkin.put("remoteEndpoint", Map.of("serviceName", tags.get(peer))));
        zipkin.put(
                "annotations",
                span.getEventsList().stream().map(ZipkinSpans::annotation).toList());
        zipkin.put("tags", tags);
        return zipkin;
    }

    private static Map<String, Object> annotation(Span.Event event) {
        return Map.of(
                "timestamp",
                micros(event.getTimeUnixNano()),
                "value",
                described(event.getName(), event.getAttributesList()));
    }

    /** Those of the span itself win. */
    private static Map<String, String> tags(Resource resource, InstrumentationScope scope, Span span) {
        var tags = new LinkedHashMap<String, String>();
        putIfAny(tags, "otel.scope.name", scope.getName());
        putIfAny(tags, "otel.scope.version", scope.getVersion());
        Stream.of(resource.getAttributesList(), scope.getAttributesList(), span.getAttributesList())
                .flatMap(List::stream)
                .forEach(attribute -> tags.put(attribute.getKey(), text(attribute.getValue())));
        putIfAny(tags, "w3c.tracestate", span.getTraceState());
        for (var number = 0; number < span.getLinksCount(); number++) {
            var link = span.getLinks(number);
            var to = hex(link.getTraceId()) + "-" + hex(link.getSpanId());
            tags.put("otel.link." + number, described(to, link.getAttributesList()));
        }
        putIfAny(tags, "otel.dropped_attributes_count", span.getDroppedAttributesCount());
        putIfAny(tags, "otel.dropped_events_count", span.getDroppedEventsCount());
        putIfAny(tags, "otel.dropped_links_count", span.getDroppedLinksCount());
        putStatus(tags, span.getStatus());
        return tags;
    }

    /** A span has failed for Zipkin if it has the tag {@code error}, whatever its value. */
    private static void putStatus(Map<String, String> tags, Status status) {
        switch (status.getCode()) {
            case STATUS_CODE_OK -> tags.put("otel.status_code", "OK");
            case STATUS_CODE_ERROR -> {
                tags.put("otel.status_code", "ERROR");
                tags.put("error", status.getMessage().isEmpty() ? "true" : status.getMessage());
            }
            case STATUS_CODE_UNSET, UNRECOGNIZED -> {}
        }
    }

    private static void putIfAny(Map<String, String> tags, String name, String value) {
        if (!value.isEmpty()) {
            tags.put(name, value);
        }
    }

    private static void putIfAny(Map<String, String> tags, String name, int count) {
        putIfAny(tags, name, count == 0 ? "" : Integer.toString(count));
    }

    private static String described(String name, List<KeyValue> attributes) {
        return attributes.isEmpty() ? name : json(name) + ": " + json(object(attributes));
    }

    /** Zipkin's tags are text; what has parts is written as JSON. */
    private static String text(AnyValue value) {
        var plain = plain(value);
        return plain instanceof String text ? text : json(plain);
    }

    private static Object plain(AnyValue value) {
        return switch (value.getValueCase()) {
            case STRING_VALUE -> value.getStringValue();
            case BOOL_VALUE -> value.getBoolValue();
            case INT_VALUE -> value.getIntValue();
            case DOUBLE_VALUE -> value.getDoubleValue();
            case BYTES_VALUE ->
                Base64.getEncoder().encodeToString(value.getBytesValue().toByteArray());
            case ARRAY_VALUE ->
                value.getArrayValue().getValuesList().stream()
                        .map(ZipkinSpans::plain)
                        .toList();
            case KVLIST_VALUE -> object(value.getKvlistValue().getValuesList());
            case VALUE_NOT_SET -> "";
        };
    }

    private static Map<String, Object> object(List<KeyValue> attributes) {
        var object = new LinkedHashMap<String, Object>();
        attributes.forEach(attribute -> object.put(attribute.getKey(), plain(attribute.getValue())));
        return object;
    }

    private static String json(Object value) {
        return switch (value) {
            case Map<?, ?> object ->
                object.entrySet().stream()
                        .map(member -> json(String.valueOf(member.getKey())) + ":" + json(member.getValue()))
                        .collect(Collectors.joining(",", "{", "}"));
            case List<?> array -> array.stream().map(ZipkinSpans::json).collect(Collectors.joining(",", "[", "]"));
            case String text -> MailPage.quoted(text);
            default -> value.toString(); // a number or a truth value
        };
    }

    private static long micros(long nanos) {
        return nanos / 1_000;
    }

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }
}
