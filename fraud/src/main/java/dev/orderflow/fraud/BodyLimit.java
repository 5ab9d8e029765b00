package dev.orderflow.fraud;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.opentelemetry.api.trace.Span;
import io.quarkiverse.resteasy.problem.HttpProblem;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response;

/** A body that says that it is too large is refused with a problem; the server itself would refuse it without a word. */
@Singleton
class BodyLimit {

    private static final int BEFORE_THE_SERVER = -1000;

    private final long limit;
    private final ObjectMapper json;

    BodyLimit(VertxHttpConfig config, ObjectMapper json) {
        this.limit = config.limits().maxBodySize().orElseThrow().asLongValue();
        this.json = json;
    }

    void register(@Observes Router router) {
        router.route("/api/*").order(BEFORE_THE_SERVER).handler(request -> {
            if (length(request) > limit) {
                refuse(request);
            } else {
                request.next();
            }
        });
    }

    /** The server counts a body that does not say. */
    private static long length(RoutingContext request) {
        String length = request.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        return length == null ? 0 : Long.parseLong(length);
    }

    private void refuse(RoutingContext request) {
        HttpProblem problem = HttpProblem.builder()
                .withTitle(Response.Status.REQUEST_ENTITY_TOO_LARGE.getReasonPhrase())
                .withStatus(Response.Status.REQUEST_ENTITY_TOO_LARGE)
                .withDetail("A body has at most %d bytes".formatted(limit))
                .with("traceId", Span.current().getSpanContext().getTraceId())
                .build();
        request.response()
                .setStatusCode(problem.getStatusCode())
                .putHeader(HttpHeaders.CONTENT_TYPE, HttpProblem.MEDIA_TYPE.toString())
                .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE) // the body is not read
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
