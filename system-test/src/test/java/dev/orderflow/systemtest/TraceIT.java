package dev.orderflow.systemtest;

import static dev.orderflow.dev.TestPatience.await;
import static dev.orderflow.systemtest.Orderflow.PATIENCE;
import static dev.orderflow.systemtest.Orderflow.order;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.orderflow.systemtest.OtlpReceiver.Span;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** One order, one trace: from the client's request to the last effect in the last service. */
@ExtendWith(OrderflowExtension.class)
class TraceIT {

    /** The span of whoever called. */
    private static final String CLIENT = "00f067aa0ba902b7";

    private final Orderflow system;

    TraceIT(Orderflow system) {
        this.system = system;
    }

    /**
     * A service's exporter closes its connection after ten silent seconds, and loses the batch that it sends in that moment.
     * Orders once a second until one is told of by all leave nobody silent.
     */
    @BeforeEach
    void noExporterIsSilent() {
        var product = system.product("5.00", 100_000);
        var traces = new ArrayList<String>();
        await("an order's trace is whole")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> {
                    traces.add(newTrace());
                    place(product, traces.getLast());
                    return traces.stream().anyMatch(trace -> services(trace).size() == Orderflow.SERVICES.size());
                });
    }

    @Test
    void oneTraceSpansAllFiveServicesWithoutAGap() {
        var traceId = newTrace();

        var reply = place(system.product("5.00", 10), traceId);

        system.awaitState(reply.json().get("order_id").textValue(), "CONFIRMED");
        await("all services are in the trace")
                .atMost(PATIENCE)
                .untilAsserted(
                        () -> assertEquals(Set.copyOf(Orderflow.SERVICES), services(traceId), () -> system.traces()
                                .trace(traceId)
                                .toString()));
        // A parent is sent after its children, so for a moment one may be missing.
        await("every parent is there")
                .atMost(PATIENCE)
                .untilAsserted(() -> assertEquals(Set.of(CLIENT), unknownParents(traceId)));
        var roots = system.traces().trace(traceId).stream()
                .filter(span -> span.parent().equals(CLIENT))
                .map(Span::service)
                .toList();
        assertEquals(List.of("order"), roots);
        assertEquals(List.of(), violations(traceId), "of OpenTelemetry's conventions");
        assertEquals(
                Set.copyOf(Orderflow.SERVICES),
                naming(traceId, reply.json().get("order_id").textValue()));
    }

    private static String newTrace() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    private Client.Reply place(String product, String traceId) {
        var headers = Map.of(
                "Idempotency-Key", traceId,
                "X-Correlation-Id", "story-" + traceId,
                "traceparent", "00-" + traceId + "-" + CLIENT + "-01");
        var reply = system.client().post(system.uri("order", "/api/v1/orders"), order("traced", product, 1), headers);
        assertEquals(201, reply.status(), reply::text);
        return reply;
    }

    /** Nobody began the trace before order did, and nothing begins a second one, compensation included. */
    @Test
    void anOrderThatIsRejectedIsOneTreeOfItsOwn() {
        var orderId = system.placed(order("traced-" + UUID.randomUUID(), system.product("12000.00", 3), 1));
        system.awaitState(orderId, "CANCELLED");
        await("the services are in one trace")
                .atMost(PATIENCE)
                .untilAsserted(() -> assertEquals(
                        List.of(Set.copyOf(Orderflow.SERVICES)),
                        stories(orderId).stream().map(this::services).toList()));
        var traceId = stories(orderId).getFirst();
        await("every parent is there")
                .atMost(PATIENCE)
                .untilAsserted(() -> assertEquals(Set.of(""), unknownParents(traceId)));

        var spans = system.traces().trace(traceId);
        assertEquals(
                List.of("order SERVER"),
                spans.stream()
                        .filter(span -> span.parent().isEmpty())
                        .map(span -> span.service() + " " + span.kind())
                        .toList());
        assertEquals(
                Set.of("SERVER", "CLIENT", "PRODUCER", "CONSUMER"),
                spans.stream().map(Span::kind).collect(Collectors.toSet()));
        assertEquals(
                List.of("order"),
                spans.stream()
                        .filter(span -> "compensated".equals(span.attributes().get("orderflow.outcome")))
                        .map(Span::service)
                        .toList());
        assertEquals(List.of(), violations(traceId), "of OpenTelemetry's conventions");
    }

    /** The traces that name the order, but for those of somebody who looked at it: these are in no other service. */
    private List<String> stories(String orderId) {
        return system.traces().traces("orderflow.order.id", orderId).stream()
                .filter(trace -> services(trace).size() > 1)
                .toList();
    }

    /** Spans that lack what their kind has by the conventions, and those that tell who ordered. */
    private List<Span> violations(String traceId) {
        return system.traces().trace(traceId).stream()
                .filter(span -> !(has(span, "http.request.method", "url.path")
                                || has(span, "rpc.system", "rpc.method")
                                || has(span, "network.protocol.name", "orderflow.outcome")
                                || has(span, "messaging.system", "messaging.destination.name", "cloudevents.event_type")
                                || "postgresql".equals(span.attributes().get("db.system")))
                        || span.attributes().values().stream().anyMatch(value -> value.contains("@"))
                        || !span.attributes().getOrDefault("client.address", "").isEmpty())
                .toList();
    }

    private static boolean has(Span span, String... attributes) {
        return span.attributes().keySet().containsAll(Set.of(attributes));
    }

    /** The services whose spans can be found by the order's id. */
    private Set<String> naming(String traceId, String orderId) {
        return system.traces().trace(traceId).stream()
                .filter(span -> orderId.equals(span.attributes().get("orderflow.order.id")))
                .map(Span::service)
                .collect(Collectors.toSet());
    }

    @Test
    void linesOfJsonNameTheTraceTheStoryAndTheOrder() throws JsonProcessingException {
        var traceId = newTrace();
        var reply = place(system.product("5.00", 10), traceId);
        var orderId = reply.json().get("order_id").textValue();

        var line = await("fraud logs its verdict")
                .atMost(PATIENCE)
                .until(
                        () -> system.log(system.part("fraud")).stream()
                                .filter(text -> text.contains(orderId))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();

        var ids = Client.JSON.readTree(line).get("mdc");
        assertEquals(orderId, ids.path("orderId").asText(), line);
        assertEquals(traceId, ids.path("traceId").asText(), line);
        assertEquals("story-" + traceId, ids.path("correlationId").asText(), line);
    }

    private Set<String> services(String traceId) {
        return system.traces().trace(traceId).stream().map(Span::service).collect(Collectors.toSet());
    }

    private Set<String> unknownParents(String traceId) {
        var spans = system.traces().trace(traceId);
        var known = spans.stream().map(Span::id).collect(Collectors.toSet());
        return spans.stream()
                .map(Span::parent)
                .filter(parent -> !known.contains(parent))
                .collect(Collectors.toSet());
    }
}
