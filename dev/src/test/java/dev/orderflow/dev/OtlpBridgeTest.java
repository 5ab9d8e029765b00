package dev.orderflow.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import io.opentelemetry.proto.trace.v1.Status;
import io.opentelemetry.proto.trace.v1.Status.StatusCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a service sends as OTLP, and what arrives at a Zipkin, which is played by this test. */
class OtlpBridgeTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PROTOBUF = "application/x-protobuf";
    private static final String TRACE = "5b8efff798038103d269b633813fc60c";

    private final List<JsonNode> received = new CopyOnWriteArrayList<>();
    private final AtomicInteger zipkinAnswers = new AtomicInteger(202);
    private final HttpClient client = HttpClient.newHttpClient();
    private final HttpServer zipkin = server();
    private final HttpServer bridge = bridge();

    @BeforeEach
    void start() {
        zipkin.createContext("/api/v2/spans", exchange -> {
            received.add(JSON.readTree(exchange.getRequestBody()));
            exchange.sendResponseHeaders(zipkinAnswers.get(), -1);
            exchange.close();
        });
        zipkin.start();
    }

    @AfterEach
    void stop() {
        bridge.stop(0);
        zipkin.stop(0);
    }

    @Test
    void everythingThatASpanSaysArrives() throws Exception {
        var span = span(SpanKind.SPAN_KIND_PRODUCER)
                .setParentSpanId(bytes("eee19b7ec3c1b173"))
                .setTraceState("vendor=1")
                .addAttributes(attribute("messaging.system", text("kafka")))
                .addAttributes(attribute("order.id", text("say \"yes\"\n")))
                .addAttributes(attribute("retried", AnyValue.newBuilder().setBoolValue(true)))
                .addAttributes(attribute("size", number(Long.MAX_VALUE)))
                .addAttributes(attribute("ratio", AnyValue.newBuilder().setDoubleValue(0.5)))
                .addAttributes(attribute("raw", AnyValue.newBuilder().setBytesValue(ByteString.copyFromUtf8("raw"))))
                .addAttributes(attribute(
                        "keys",
                        AnyValue.newBuilder()
                                .setArrayValue(ArrayValue.newBuilder()
                                        .addValues(text("a"))
                                        .addValues(number(1)))))
                .addAttributes(attribute(
                        "nested",
                        AnyValue.newBuilder()
                                .setKvlistValue(KeyValueList.newBuilder().addValues(attribute("in", number(2))))))
                .addEvents(Span.Event.newBuilder().setName("sent").setTimeUnixNano(1_767_225_600_000_500_000L))
                .addEvents(Span.Event.newBuilder()
                        .setName("exception")
                        .setTimeUnixNano(1_767_225_600_000_600_999L)
                        .addAttributes(attribute("exception.message", text("away"))))
                .addLinks(Span.Link.newBuilder().setTraceId(bytes(TRACE)).setSpanId(bytes("00f067aa0ba902b7")))
                .setDroppedEventsCount(3)
                .setStatus(Status.newBuilder()
                        .setCode(StatusCode.STATUS_CODE_ERROR)
                        .setMessage("broker away"));

        assertEquals(200, send(batch(span).toByteArray()));

        assertEquals(List.of(JSON.readTree("""
                [{
                  "traceId": "5b8efff798038103d269b633813fc60c",
                  "id": "eee19b7ec3c1b174",
                  "parentId": "eee19b7ec3c1b173",
                  "name": "order.events.v1 send",
                  "kind": "PRODUCER",
                  "timestamp": 1767225600000123,
                  "duration": 2500,
                  "localEndpoint": {"serviceName": "order"},
                  "remoteEndpoint": {"serviceName": "kafka"},
                  "annotations": [
                    {"timestamp": 1767225600000500, "value": "sent"},
                    {"timestamp": 1767225600000600, "value": "\\"exception\\": {\\"exception.message\\":\\"away\\"}"}
                  ],
                  "tags": {
                    "service.name": "order",
                    "service.version": "0.1.0",
                    "otel.scope.name": "relay",
                    "otel.scope.version": "2",
                    "messaging.system": "kafka",
                    "order.id": "say \\"yes\\"\\n",
                    "retried": "true",
                    "size": "9223372036854775807",
                    "ratio": "0.5",
                    "raw": "cmF3",
                    "keys": "[\\"a\\",1]",
                    "nested": "{\\"in\\":2}",
                    "w3c.tracestate": "vendor=1",
                    "otel.link.0": "5b8efff798038103d269b633813fc60c-00f067aa0ba902b7",
                    "otel.dropped_events_count": "3",
                    "otel.status_code": "ERROR",
                    "error": "broker away"
                  }
                }]""")), received);
    }

    @Test
    void aRootIsNobodysChildAndWhatHasNotFailedIsNoError() throws Exception {
        assertEquals(200, send(batch(span(SpanKind.SPAN_KIND_INTERNAL)).toByteArray()));

        var names = StreamSupport.stream(
                        ((Iterable<String>) received.getFirst().get(0)::fieldNames).spliterator(), false)
                .toList();
        assertEquals(
                List.of("traceId", "id", "name", "timestamp", "duration", "localEndpoint", "annotations", "tags"),
                names);
        assertEquals(4, received.getFirst().get(0).get("tags").size());
    }

    @Test
    void aPackedBatchIsUnpacked() throws Exception {
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            batch(span(SpanKind.SPAN_KIND_SERVER)).writeTo(gzip);
        }

        assertEquals(200, status(request(packed.toByteArray(), PROTOBUF).header("Content-Encoding", "gzip")));

        assertEquals("SERVER", received.getFirst().get(0).get("kind").asText());
    }

    /** By the rules of OTLP a batch may be sent again after 503, and never after 400. */
    @Test
    void theSenderLearnsWhetherZipkinHasTakenIt() throws Exception {
        var batch = batch(span(SpanKind.SPAN_KIND_SERVER)).toByteArray();
        zipkinAnswers.set(500);
        assertEquals(503, send(batch));

        zipkinAnswers.set(400);
        assertEquals(400, send(batch));

        zipkin.stop(0);
        assertEquals(503, send(batch));
    }

    @Test
    void whatIsNoBatchOfSpansIsRefused() throws Exception {
        assertEquals(400, send("no protobuf".getBytes(StandardCharsets.UTF_8)));
        assertEquals(415, status(request(new byte[0], "application/json")));
        assertEquals(413, send(new byte[OtlpBridge.LARGEST + 1]));
        assertEquals(405, status(HttpRequest.newBuilder(endpoint()).GET()));
        assertEquals(List.of(), received);
    }

    private static ExportTraceServiceRequest batch(Span.Builder span) {
        return ExportTraceServiceRequest.newBuilder()
                .addResourceSpans(ResourceSpans.newBuilder()
                        .setResource(Resource.newBuilder()
                                .addAttributes(attribute("service.name", text("order")))
                                .addAttributes(attribute("service.version", text("0.1.0"))))
                        .addScopeSpans(ScopeSpans.newBuilder()
                                .setScope(InstrumentationScope.newBuilder()
                                        .setName("relay")
                                        .setVersion("2"))
                                .addSpans(span)))
                .build();
    }

    private static Span.Builder span(SpanKind kind) {
        return Span.newBuilder()
                .setTraceId(bytes(TRACE))
                .setSpanId(bytes("eee19b7ec3c1b174"))
                .setName("order.events.v1 send")
                .setKind(kind)
                .setStartTimeUnixNano(1_767_225_600_000_123_456L)
                .setEndTimeUnixNano(1_767_225_600_002_623_456L);
    }

    private static KeyValue attribute(String key, AnyValue.Builder value) {
        return KeyValue.newBuilder().setKey(key).setValue(value).build();
    }

    private static AnyValue.Builder text(String text) {
        return AnyValue.newBuilder().setStringValue(text);
    }

    private static AnyValue.Builder number(long number) {
        return AnyValue.newBuilder().setIntValue(number);
    }

    private static ByteString bytes(String hex) {
        return ByteString.copyFrom(HexFormat.of().parseHex(hex));
    }

    private int send(byte[] body) throws Exception {
        return status(request(body, PROTOBUF));
    }

    private HttpRequest.Builder request(byte[] body, String type) {
        return HttpRequest.newBuilder(endpoint()).header("Content-Type", type).POST(BodyPublishers.ofByteArray(body));
    }

    private int status(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), BodyHandlers.discarding()).statusCode();
    }

    private URI endpoint() {
        return URI.create("http://127.0.0.1:" + bridge.getAddress().getPort() + "/v1/traces");
    }

    private static HttpServer server() {
        try {
            return HttpServer.create(new InetSocketAddress(Ports.loopback(), 0), 10);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private HttpServer bridge() {
        try {
            return OtlpBridge.serve(
                    0, URI.create("http://127.0.0.1:" + zipkin.getAddress().getPort()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
