package io.quarkiverse.resteasy.problem.security;

import io.quarkiverse.resteasy.problem.HttpProblem;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticator;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.core.Response.Status;

/**
 * What a client is told who has not said who it is. Stands in for the extension's class of this name, which was compiled
 * against an older Quarkus and refers to fields that are gone: on a JVM every 401 would be a 500, and no native executable
 * can be linked. That one is taken out by {@code quarkus.class-loading.removed-resources}; with version 3.32.1 of the
 * extension this one can go.
 */
public final class HttpUnauthorizedUtils {

    private HttpUnauthorizedUtils() {}

    /** The extension's mappers call it. */
    public static Uni<HttpProblem> toProblem(RoutingContext request, Exception refusal) {
        HttpAuthenticator authenticator = request == null ? null : request.get(HttpAuthenticator.class.getName());
        if (authenticator == null) {
            return Uni.createFrom().item(plain(refusal));
        }
        return authenticator
                .getChallenge(request)
                .onItemOrFailure()
                .transform((challenge, failure) -> challenge == null ? plain(refusal) : of(challenge));
    }

    private static HttpProblem plain(Exception refusal) {
        return problem(Status.UNAUTHORIZED).withDetail(refusal.getMessage()).build();
    }

    /** Its headers tell how to authenticate. */
    static HttpProblem of(ChallengeData challenge) {
        var problem = problem(Status.fromStatusCode(challenge.status));
        challenge.getHeaders().forEach((name, value) -> problem.withHeader(name.toString(), value));
        return problem.build();
    }

    private static HttpProblem.Builder problem(Status status) {
        return HttpProblem.builder().withStatus(status).withTitle(status.getReasonPhrase());
    }
}
