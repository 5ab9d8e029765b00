package dev.orderflow.inventory;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.opentelemetry.api.trace.Span;
import io.quarkiverse.resteasy.problem.HttpProblem;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** Says with a problem that a body is too large, before it is read; the server would hang up without a word. */
@Singleton
class BodyLimit {

    private static final int BEFORE_THE_SERVERS_OWN_CHECK = -1000;

    private final VertxHttpConfig config;
    private final ObjectMapper json;

    BodyLimit(VertxHttpConfig config, ObjectMapper json) {
        this.config = config;
        this.json = json;
    }

    void register(@Observes Router router) {
        long limit = config.limits().maxBodySize().map(MemorySize::asLongValue).orElse(Long.MAX_VALUE);
        router.route("/api/*").order(BEFORE_THE_SERVERS_OWN_CHECK).handler(request -> {
            if (announced(request) > limit) {
                refuse(request, limit);
            } else {
                request.next();
            }
        });
    }

    /** A body that comes in chunks does not say; the server counts those itself. */
    private static long announced(RoutingContext request) {
        String length = request.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        return length == null ? 0 : Long.parseLong(length);
    }

    private void refuse(RoutingContext request, long limit) {
        HttpProblem problem = HttpProblem.builder(Problems.tooLarge(limit))
                .with("traceId", Span.current().getSpanContext().getTraceId())
                .build();
        request.response()
                .setStatusCode(problem.getStatusCode())
                .putHeader(HttpHeaders.CONTENT_TYPE, HttpProblem.MEDIA_TYPE.toString())
                // What is left of the body will not be read.
                .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE)
                .end(text(problem));
    }

    private String text(HttpProblem problem) {
        try {
            return json.writeValueAsString(problem);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
