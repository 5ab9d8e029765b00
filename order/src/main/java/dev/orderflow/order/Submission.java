package dev.orderflow.order;

import dev.orderflow.messaging.Cause;
import java.util.List;

/**
 * A valid request to place an order.
 *
 * @param caller whose idempotency key it is
 * @param fingerprint equal for equal requests
 * @param lines each product once
 * @param traceId for the problem, if this ends with one
 */
record Submission(
        String caller,
        IdempotencyKey key,
        String fingerprint,
        String customerId,
        List<RequestedLine> lines,
        Contact contact,
        Cause cause,
        String traceId) {}
