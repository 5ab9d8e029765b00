package dev.orderflow.order;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.orderflow.messaging.Correlation;
import io.quarkiverse.resteasy.problem.HttpProblem;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Set;

/**
 * Refuses a body that is too large with a problem, where the server has none. One that announces its length is not read
 * at all; one that comes in chunks is read up to the limit, before anything is done with it.
 */
@ApplicationScoped
class BodyLimit {

    /** Before the server's own check. */
    private static final int FIRST = -1000;

    private static final Set<HttpMethod> BODILESS = Set.of(HttpMethod.GET, HttpMethod.HEAD);
    private static final int TOO_LARGE = 413;

    private final long limit;
    private final ObjectMapper json;

    BodyLimit(VertxHttpConfig http, ObjectMapper json) {
        this.limit = http.limits().maxBodySize().orElseThrow().asLongValue();
        this.json = json;
    }

    void register(@Observes Router router) {
        var counting = BodyHandler.create(false).setBodyLimit(limit);
        router.route("/api/*")
                .order(FIRST)
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
        var length = request.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length != null && Long.parseLong(length) > limit) {
            refuse(request);
        } else if (length == null && !BODILESS.contains(request.request().method())) {
            counting.handle(request);
        } else {
            request.next();
        }
    }

    private void refuse(RoutingContext request) {
        var given = request.request().getHeader(Correlation.HEADER);
        if (request.request().version() != HttpVersion.HTTP_2) {
            // The rest of the body is not read, so nothing else can follow it.
            request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        request.response()
                .setStatusCode(TOO_LARGE)
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
