package dev.orderflow.order;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkiverse.resteasy.problem.HttpProblem;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/**
 * Refuses a body that is announced to be too large before it is read, and with a problem, where the server has none. A
 * body that announces no length is cut off by the server at the same limit: with 413 as well, but with nothing else.
 */
@ApplicationScoped
class BodyLimit {

    /** Before the server's own check. */
    private static final int FIRST = -1000;

    private final long limit;
    private final ObjectMapper json;

    BodyLimit(VertxHttpConfig http, ObjectMapper json) {
        this.limit = http.limits().maxBodySize().orElseThrow().asLongValue();
        this.json = json;
    }

    void register(@Observes Router router) {
        router.route("/api/*").order(FIRST).handler(this::check);
    }

    private void check(RoutingContext request) {
        var length = request.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length == null || Long.parseLong(length) <= limit) {
            request.next();
            return;
        }
        var given = request.request().getHeader(Correlation.HEADER);
        if (request.request().version() != HttpVersion.HTTP_2) {
            // The body is not read, so nothing else can follow it.
            request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        request.response()
                .setStatusCode(413)
                .putHeader(HttpHeaders.CONTENT_TYPE, HttpProblem.MEDIA_TYPE.toString())
                .putHeader(Correlation.HEADER, Correlation.idOf(given))
                .end(problem());
    }

    private String problem() {
        try {
            return json.writeValueAsString(Problems.traced(Problems.tooLarge(limit)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
