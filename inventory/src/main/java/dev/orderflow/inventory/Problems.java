package dev.orderflow.inventory;

import dev.orderflow.inventory.domain.Stock;
import io.quarkiverse.resteasy.problem.HttpProblem;
import io.quarkiverse.resteasy.problem.validation.HttpValidationProblem;
import io.quarkiverse.resteasy.problem.validation.Violation;
import java.net.URI;
import java.util.List;

/** Every problem that this service answers with (RFC 9457), apart from those that the framework finds by itself. */
final class Problems {

    private Problems() {}

    /** A mistake of the caller at one place of the request. */
    static HttpProblem violation(Violation.In in, String field, String message) {
        return new HttpValidationProblem(
                400, "Constraint violation", List.of(in.field(field).message(message)));
    }

    static HttpProblem unknownProduct() {
        return problem(404, "not-found", "Not found", "There is no such product.")
                .build();
    }

    static HttpProblem changed() {
        return problem(
                        412,
                        "version-changed",
                        "Version changed",
                        "The product is not the version of If-Match any more.")
                .build();
    }

    static HttpProblem otherRequest() {
        return problem(
                        422,
                        "idempotency-key-reused",
                        "Idempotency-Key reused",
                        "This Idempotency-Key was used for another request.")
                .build();
    }

    static HttpProblem tooMuchStock() {
        return problem(
                        422,
                        "stock-too-large",
                        "Too much stock",
                        "There can be at most %d units of a product.".formatted(Stock.MAX_ON_HAND))
                .build();
    }

    static HttpProblem tooLarge(long limit) {
        return problem(413, "body-too-large", "Body too large", "A body has at most %d bytes.".formatted(limit))
                .build();
    }

    static HttpProblem databaseUnavailable() {
        return problem(
                        503,
                        "database-unavailable",
                        "Database unavailable",
                        "Nothing can be read or stored at the moment.")
                .withHeader("Retry-After", 2)
                .build();
    }

    static HttpProblem tooSlow() {
        return problem(
                        504,
                        "too-slow",
                        "Too slow",
                        "The request took too long. What it changes may still happen: repeat it, with the same"
                                + " Idempotency-Key if it had one.")
                .withHeader("Retry-After", 2)
                .build();
    }

    private static HttpProblem.Builder problem(int status, String type, String title, String detail) {
        return HttpProblem.builder()
                .withType(URI.create("urn:orderflow:problem:" + type))
                .withTitle(title)
                .withStatus(status)
                .withDetail(detail);
    }
}
