package dev.orderflow.dev;

import com.google.protobuf.InvalidProtocolBufferException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;

/**
 * Takes traces by OTLP over HTTP, as every collector does, for a Zipkin, which does not. A batch is answered when Zipkin
 * has taken it, so nothing queues up here: what is not taken yet waits with the sender, whose queue is bounded, and who
 * by the rules of OTLP may repeat what was answered with 503.
 */
final class OtlpBridge {

    /** A batch of a service has up to 512 spans of about 1 kB. */
    static final int LARGEST = 4 << 20;

    private final URI zipkin;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private OtlpBridge(URI zipkin) {
        this.zipkin = zipkin;
    }

    /** Arguments: the port that Zipkin is told to serve, the port for OTLP. Zipkin's jar is on the class path. */
    static void main(String[] arguments) throws IOException {
        try {
            // Returns when it serves. Its libraries lie inside of its jar, which has a class loader of its own for
            // them.
            Class.forName("org.springframework.boot.loader.launch.JarLauncher")
                    .getMethod("main", String[].class)
                    .invoke(null, (Object) new String[0]);
        } catch (ReflectiveOperationException e) {
            System.getLogger("traces").log(System.Logger.Level.ERROR, "Zipkin does not start", e);
            System.exit(1);
        }
        serve(Integer.parseInt(arguments[1]), URI.create("http://127.0.0.1:" + arguments[0]));
    }

    static HttpServer serve(int port, URI zipkin) throws IOException {
        var bridge = new OtlpBridge(zipkin.resolve("/api/v2/spans"));
        var server = HttpServer.create(new InetSocketAddress(Ports.loopback(), port), 50);
        server.createContext("/v1/traces", bridge::answer);
        // Whoever finds the queue full loses the connection and comes again.
        server.setExecutor(new ThreadPoolExecutor(4, 4, 1, TimeUnit.MINUTES, new ArrayBlockingQueue<>(32)));
        server.start();
        return server;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var status = take(exchange);
            // An empty body is an empty answer in protobuf: all spans were taken.
            exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(status, -1);
        }
    }

    private int take(HttpExchange exchange) throws IOException {
        if (!exchange.getRequestMethod().equals("POST")) {
            return 405;
        }
        if (!"application/x-protobuf".equals(exchange.getRequestHeaders().getFirst("Content-Type"))) {
            return 415;
        }
        var body = content(exchange).readNBytes(LARGEST + 1);
        if (body.length > LARGEST) {
            System.err.println("refused: a batch of more than " + LARGEST + " bytes");
            return 413;
        }
        try {
            return handOn(ZipkinSpans.json(ExportTraceServiceRequest.parseFrom(body)));
        } catch (InvalidProtocolBufferException e) {
            System.err.println("refused: " + e.getMessage());
            return 400;
        }
    }

    private static InputStream content(HttpExchange exchange) throws IOException {
        var body = exchange.getRequestBody();
        var isPacked = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
        return isPacked ? new GZIPInputStream(body) : body;
    }

    /** 4xx for what Zipkin will never take, 503 for what it may take later. */
    private int handOn(String spans) {
        var request = HttpRequest.newBuilder(zipkin)
                .timeout(Duration.ofSeconds(8))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(spans))
                .build();
        try {
            var answer = client.send(request, BodyHandlers.ofString());
            if (answer.statusCode() < 300) {
                return 200;
            }
            System.err.println("Zipkin answers " + answer.statusCode() + ": " + answer.body());
            return answer.statusCode() < 500 ? 400 : 503;
        } catch (IOException away) {
            System.err.println("Zipkin does not answer: " + away);
            return 503;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 503;
        }
    }
}
