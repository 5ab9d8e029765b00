package dev.orderflow.order;

import dev.orderflow.messaging.TransientFailure;
import dev.orderflow.order.Reservation.MixedCurrencies;
import dev.orderflow.order.Reservation.OutOfStock;
import dev.orderflow.order.Reservation.UnknownProducts;
import io.opentelemetry.api.trace.Span;
import io.quarkiverse.resteasy.problem.HttpProblem;
import io.quarkiverse.resteasy.problem.validation.HttpValidationProblem;
import io.quarkiverse.resteasy.problem.validation.Violation;
import jakarta.ws.rs.core.Response;
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

    static HttpProblem notFound(String what) {
        return problem(404, "not-found", "Not found", "There is no such " + what + ".")
                .build();
    }

    static HttpProblem tooLarge(long limit) {
        return problem(413, "body-too-large", "Body too large", "A body may have at most " + limit + " bytes.")
                .build();
    }

    /** Answers with the problem without throwing it: an expected one is nothing to log a stack trace for. */
    static Response response(HttpProblem problem) {
        return traced(problem).toResponse();
    }

    static HttpProblem traced(HttpProblem problem) {
        return HttpProblem.builder(problem).with("traceId", traceId()).build();
    }

    static String traceId() {
        return Span.current().getSpanContext().getTraceId();
    }

    /** What a failure means to the client: not now, if the database is away, and a bug otherwise. */
    static Throwable of(Throwable failure) {
        if (failure instanceof HttpProblem) {
            return failure;
        }
        if (failure instanceof OrderService.OutcomeUnknown) {
            return outcomeUnknown();
        }
        return TransientFailure.is(failure) ? databaseUnavailable() : failure;
    }

    /** Another attempt with the same key is at work. It takes milliseconds, unless it has died. */
    static HttpProblem running() {
        return notNow(
                409, "still-running", "Still running", "A request with this Idempotency-Key is being worked on.", 1);
    }

    static HttpProblem otherRequest() {
        return problem(
                        422,
                        "idempotency-key-reused",
                        "Idempotency-Key reused",
                        "This Idempotency-Key was used for another request.")
                .build();
    }

    static HttpProblem inventoryUnavailable() {
        return notNow(
                503, "inventory-unavailable", "Inventory unavailable", "Stock cannot be reserved at the moment.", 2);
    }

    static HttpProblem inventorySlow() {
        return notNow(504, "inventory-slow", "Inventory too slow", "Reserving the stock took too long.", 2);
    }

    static HttpProblem databaseUnavailable() {
        return notNow(503, "database-unavailable", "Database unavailable", "Nothing can be stored at the moment.", 2);
    }

    /** The commit may have happened or not: the same key will tell, once the attempt's lease is over at the latest. */
    private static HttpProblem outcomeUnknown() {
        return notNow(
                503,
                "outcome-unknown",
                "Outcome unknown",
                "Whether the order was placed is unknown. Repeat the request with the same Idempotency-Key.",
                30);
    }

    static HttpProblem tooSlow() {
        return notNow(
                504,
                "too-slow",
                "Too slow",
                "The request took too long and is being finished. Repeat it with the same Idempotency-Key.",
                2);
    }

    static HttpProblem tooSlowToRead() {
        return notNow(504, "too-slow", "Too slow", "Reading took too long.", 2);
    }

    static HttpProblem.Builder outOfStock(OutOfStock refusal) {
        return problem(409, "out-of-stock", "Not enough stock", "At least one line cannot be delivered now.")
                .with("lines", refusal.shortages());
    }

    static HttpProblem.Builder unknownProducts(UnknownProducts refusal) {
        return problem(422, "unknown-product", "Unknown product", "At least one product does not exist.")
                .with("product_ids", refusal.productIds());
    }

    static HttpProblem.Builder mixedCurrencies(MixedCurrencies refusal) {
        return problem(422, "mixed-currencies", "Mixed currencies", "One order can be in one currency only.")
                .with("currencies", refusal.currencies());
    }

    static HttpProblem.Builder totalTooLarge() {
        return problem(422, "total-too-large", "Total too large", "The total of the order cannot be represented.");
    }

    private static HttpProblem notNow(int status, String type, String title, String detail, long retryAfterSeconds) {
        return problem(status, type, title, detail)
                .withHeader("Retry-After", retryAfterSeconds)
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
