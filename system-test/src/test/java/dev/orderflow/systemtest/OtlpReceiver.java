package dev.orderflow.systemtest;

import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/**
 * A collector of traces that keeps them: OTLP over gRPC, as every real one speaks it. A call is one HTTP/2 request whose
 * body is a message behind five bytes (a flag and the length), and whose status is in the trailers.
 */
final class OtlpReceiver implements AutoCloseable {

    private static final int MESSAGE_HEADER = 5;

    private final Vertx vertx = Vertx.vertx();
    private final Map<String, List<Span>> traces = new ConcurrentHashMap<>();
    private final HttpServer server;

    /**
     * One span of a trace; the parent of a root is empty, and what is no text is written as one.
     *
     * @param kind SERVER, CLIENT, PRODUCER, CONSUMER or INTERNAL
     */
    record Span(String service, String kind, String id, String parent, Map<String, String> attributes) {}

    OtlpReceiver() {
        server = vertx.createHttpServer(
                        new HttpServerOptions().setHost("127.0.0.1").setPort(0))
                .requestHandler(request -> request.body().onSuccess(body -> answer(request, body)))
                .listen()
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    /** What a user would set {@code OTEL_EXPORTER_OTLP_ENDPOINT} to. */
    String endpoint() {
        return "http://localhost:" + server.actualPort();
    }

    List<Span> trace(String traceId) {
        return List.copyOf(traces.getOrDefault(traceId, List.of()));
    }

    /** The traces with a span of that attribute. */
    Set<String> traces(String attribute, String value) {
        return traces.entrySet().stream()
                .filter(trace -> trace.getValue().stream()
                        .anyMatch(span -> value.equals(span.attributes().get(attribute))))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    private void answer(HttpServerRequest request, Buffer body) {
        try {
            keep(ExportTraceServiceRequest.parseFrom(body.getBytes(MESSAGE_HEADER, body.length())));
            request.response().putTrailer("grpc-status", "0");
        } catch (InvalidProtocolBufferException e) {
            request.response().putTrailer("grpc-status", "3");
        }
        request.response().putHeader("content-type", "application/grpc").end(Buffer.buffer(new byte[MESSAGE_HEADER]));
    }

    private void keep(ExportTraceServiceRequest request) {
        for (var resource : request.getResourceSpansList()) {
            var service = resource.getResource().getAttributesList().stream()
                    .filter(attribute -> attribute.getKey().equals("service.name"))
                    .map(KeyValue::getValue)
                    .findFirst()
                    .orElseThrow()
                    .getStringValue();
            for (var scope : resource.getScopeSpansList()) {
                for (var span : scope.getSpansList()) {
                    traces.computeIfAbsent(hex(span.getTraceId().toByteArray()), id -> new CopyOnWriteArrayList<>())
                            .add(new Span(
                                    service,
                                    span.getKind().name().replace("SPAN_KIND_", ""),
                                    hex(span.getSpanId().toByteArray()),
                                    hex(span.getParentSpanId().toByteArray()),
                                    attributes(span.getAttributesList())));
                }
            }
        }
    }

    private static Map<String, String> attributes(List<KeyValue> attributes) {
        return attributes.stream()
                .collect(Collectors.toMap(
                        KeyValue::getKey,
                        attribute -> attribute.getValue().hasStringValue()
                                ? attribute.getValue().getStringValue()
                                : attribute.getValue().toString().strip()));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
