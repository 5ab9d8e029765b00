package dev.orderflow.fraud;

import io.quarkiverse.resteasy.problem.HttpProblem;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;

/** A database that is away or too busy is no error of ours for ever: the answer says when to ask again. */
final class NotNow {

    private static final int RETRY_AFTER_SECONDS = 2;

    private NotNow() {}

    static HttpProblem problem(Throwable failure) {
        return HttpProblem.builder()
                .withTitle(Response.Status.SERVICE_UNAVAILABLE.getReasonPhrase())
                .withStatus(Response.Status.SERVICE_UNAVAILABLE)
                .withDetail("The database cannot be reached at the moment")
                .withHeader(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
                .build();
    }
}
