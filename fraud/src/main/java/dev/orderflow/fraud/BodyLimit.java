package dev.orderflow.fraud;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.orderflow.messaging.Correlation;
import io.opentelemetry.api.trace.Span;
import io.quarkiverse.resteasy.problem.HttpProblem;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response;
import java.util.Set;

/**
 * Refuses a body that is too large with a problem; the server itself would refuse it without a word. One that announces
 * its length is not read at all; one that comes in chunks is read up to the limit, before anything is done with it.
 */
@Singleton
class BodyLimit {

    private static final int BEFORE_THE_SERVER = -1000;
    private static final int TOO_LARGE = 413;
    private static final Set<HttpMethod> BODILESS = Set.of(HttpMethod.GET, HttpMethod.HEAD);

    private final long limit;
    private final ObjectMapper json;

    BodyLimit(VertxHttpConfig config, ObjectMapper json) {
        this.limit = config.limits().maxBodySize().orElseThrow().asLongValue();
        this.json = json;
    }

    void register(@Observes Router router) {
        Handler<RoutingContext> counting = BodyHandler.create(false).setBodyLimit(limit);
        router.route("/api/*")
                .order(BEFORE_THE_SERVER)
                .handler(request -> check(request, counting))
                .failureHandler(request -> {
                    if (request.statusCode() == TOO_LARGE) {
                        refuse(request);
                    } else {
                        request.next();
                    }
                });
    }

    private void check(RoutingContext request, Handler<RoutingContext> counting) {
        String length = request.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length != null && Long.parseLong(length) > limit) {
            refuse(request);
        } else if (length == null && !BODILESS.contains(request.request().method())) {
            counting.handle(request);
        } else {
            request.next();
        }
    }

    private void refuse(RoutingContext request) {
        HttpProblem problem = HttpProblem.builder()
                .withTitle(Response.Status.REQUEST_ENTITY_TOO_LARGE.getReasonPhrase())
                .withStatus(Response.Status.REQUEST_ENTITY_TOO_LARGE)
                .withDetail("A body has at most %d bytes".formatted(limit))
                .with("traceId", Span.current().getSpanContext().getTraceId())
                .build();
        if (request.request().version() != HttpVersion.HTTP_2) {
            // The rest of the body is not read, so nothing else can follow it.
            request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        request.response()
                .setStatusCode(TOO_LARGE)
                .putHeader(HttpHeaders.CONTENT_TYPE, HttpProblem.MEDIA_TYPE.toString())
                .putHeader(
                        Correlation.HEADER, Correlation.idOf(request.request().getHeader(Correlation.HEADER)))
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
