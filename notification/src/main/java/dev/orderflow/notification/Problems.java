package dev.orderflow.notification;

import dev.orderflow.messaging.TransientFailure;
import io.quarkiverse.resteasy.problem.HttpProblem;
import java.net.URI;

/** Every problem that this service answers with (RFC 9457), apart from those that the framework finds by itself. */
final class Problems {

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
        return TransientFailure.is(failure) ? databaseUnavailable() : failure;
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
