package dev.orderflow.systemtest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A plain HTTP client: what it is told is what it got. */
final class Client {

    static final ObjectMapper JSON = new ObjectMapper();

    private final Duration patience;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    Client() {
        this(Duration.ofSeconds(60));
    }

    /** @param patience after which it gives up, which is a failure like no answer at all */
    Client(Duration patience) {
        this.patience = patience;
    }

    /** An answer. */
    record Reply(int status, HttpHeaders headers, String text) {
        JsonNode json() {
            try {
                return JSON.readTree(text);
            } catch (JsonProcessingException e) {
                throw new UncheckedIOException(e);
            }
        }

        String header(String name) {
            return headers.firstValue(name).orElse("");
        }
    }

    Reply get(URI uri) {
        return send("GET", uri, null, Map.of());
    }

    Reply post(URI uri, String body, Map<String, String> headers) {
        return send("POST", uri, body, headers);
    }

    /** @throws UncheckedIOException when there is no answer */
    private Reply send(String method, URI uri, @Nullable String body, Map<String, String> headers) {
        var request = HttpRequest.newBuilder(uri)
                .timeout(patience)
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        headers.forEach(request::header);
        try {
            var answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Reply(answer.statusCode(), answer.headers(), answer.body());
        } catch (IOException e) {
            throw new UncheckedIOException(method + " " + uri, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
