package dev.orderflow.notification;

import io.quarkiverse.resteasy.problem.HttpProblem;
import io.vertx.core.VertxException;
import io.vertx.core.impl.NoStackTraceThrowable;
import io.vertx.pgclient.PgException;
import java.io.IOException;
import java.net.URI;
import java.util.List;

/** Every problem that this service answers with (RFC 9457), apart from those that the framework finds by itself. */
final class Problems {

    /** Classes of SQLSTATE: connection, resources, operator intervention. */
    private static final List<String> AWAY = List.of("08", "53", "57");

    private Problems() {}

    static HttpProblem noSuchOrder() {
        return HttpProblem.builder()
                .withType(URI.create("urn:orderflow:problem:not-found"))
                .withTitle("Not found")
                .withStatus(404)
                .withDetail("There is no such order.")
                .build();
    }

    /** What a failure to read means to the caller: come again, when the database is away; otherwise itself. */
    static Throwable of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (isAway(cause)) {
                return databaseUnavailable();
            }
        }
        return failure;
    }

    private static boolean isAway(Throwable cause) {
        return switch (cause) {
            case PgException answer -> AWAY.stream().anyMatch(answer.getSqlState()::startsWith);
            // The last is what the client says "timeout" with when it gets no connection.
            case IOException _, VertxException _, NoStackTraceThrowable _ -> true;
            default -> false;
        };
    }

    private static HttpProblem databaseUnavailable() {
        return HttpProblem.builder()
                .withType(URI.create("urn:orderflow:problem:database-unavailable"))
                .withTitle("Database unavailable")
                .withStatus(503)
                .withDetail("Nothing can be read at the moment.")
                .withHeader("Retry-After", 2)
                .build();
    }
}
