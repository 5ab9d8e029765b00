package dev.orderflow.notification;

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
}
