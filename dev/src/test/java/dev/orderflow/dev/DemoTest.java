package dev.orderflow.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DemoTest {

    /** What comes with the requests to place: an order's key and its body. */
    private final ConcurrentLinkedQueue<String> placed = new ConcurrentLinkedQueue<>();

    /** Statuses for the requests to place, in their order; 0 is no answer at all. */
    private final ConcurrentLinkedQueue<Integer> statuses = new ConcurrentLinkedQueue<>();

    private HttpServer orders;
    private Demo demo;

    @BeforeEach
    void start() throws IOException {
        orders = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        orders.createContext("/api/v1/orders", this::answer);
        orders.start();
        demo = new Demo(new Layout(Map.of("order.http", orders.getAddress().getPort())));
    }

    @AfterEach
    void stop() {
        orders.stop(0);
    }

    @Test
    void whatIsNotDecidedIsSentAgainWithItsKey() {
        statuses.addAll(List.of(504, 0, 503, 201));

        demo.run(List.of("--orders", "1"));

        assertEquals("1 confirmed, 0 pending, 3 sent again", demo.summary());
        assertEquals(4, placed.size());
        assertEquals(1, Set.copyOf(placed).size());
    }

    @Test
    void aRefusalIsNotSentAgain() {
        statuses.addAll(List.of(409, 500));

        demo.run(List.of("--orders", "2", "--rate", "100"));

        assertEquals("1 HTTP 500, 1 out of stock, 0 pending", demo.summary());
        assertEquals(2, placed.size());
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (exchange.getRequestMethod().equals("GET")) {
                send(exchange, 200, "{\"state\":\"CONFIRMED\"}");
                return;
            }
            var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            placed.add(exchange.getRequestHeaders().getFirst("Idempotency-Key") + body);
            int status = statuses.remove();
            if (status >= 503) {
                exchange.getResponseHeaders().add("Retry-After", "0");
            }
            if (status == 201) {
                exchange.getResponseHeaders().add("Location", "/api/v1/orders/1");
            }
            if (status != 0) {
                send(exchange, status, "{}");
            }
        }
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
