package dev.orderflow.order;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkiverse.resteasy.problem.HttpProblem;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Refuses a body that is announced to be too large before it is read, and with a problem, where the server has none. */
@ApplicationScoped
class BodyLimit {

    /** Before the server's own limit, which stays for bodies that do not announce their length. */
    private static final int FIRST = -1000;

    private final OrderConfig config;
    private final ObjectMapper json;

    BodyLimit(OrderConfig config, ObjectMapper json) {
        this.config = config;
        this.json = json;
    }

    void register(@Observes Router router) {
        router.route("/api/*").order(FIRST).handler(this::check);
    }

    private void check(RoutingContext request) {
        var length = request.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length == null || Long.parseLong(length) <= config.maxBodyBytes()) {
            request.next();
            return;
        }
        var given = request.request().getHeader(Correlation.HEADER);
        request.response()
                .setStatusCode(413)
                .putHeader(HttpHeaders.CONTENT_TYPE, HttpProblem.MEDIA_TYPE.toString())
                // The rest of the body is not read.
                .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE)
                .putHeader(Correlation.HEADER, Correlation.idOf(given))
                .end(problem());
    }

    private String problem() {
        try {
            return json.writeValueAsString(Problems.traced(Problems.tooLarge(config.maxBodyBytes())));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
