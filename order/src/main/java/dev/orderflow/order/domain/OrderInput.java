package dev.orderflow.order.domain;

import java.time.Duration;

/** Everything that can happen to a placed order. */
public sealed interface OrderInput {

    /** Fraud has no objection. */
    record FraudCleared() implements OrderInput {}

    /** Fraud says no. */
    record FraudRejected() implements OrderInput {}

    /**
     * A person has to look at it.
     *
     * @param extension how much longer the order may wait for that person
     */
    record FraudReviewRequested(Duration extension) implements OrderInput {}

    /** The stock is the order's and does not expire any more. */
    record StockBound() implements OrderInput {}

    /** The stock could not be bound and is gone. */
    record StockLost() implements OrderInput {}

    /** The stock has left the shelf: the echo of a confirmed order. */
    record StockCommitted() implements OrderInput {}

    /** The stock is for sale again: the echo of a cancelled order. */
    record StockReleased() implements OrderInput {}

    /** The customer does not want it any more. */
    record CustomerCancelled() implements OrderInput {}

    /** Somebody looked at the clock. Whether it is late enough, the order decides. */
    record DeadlinePassed() implements OrderInput {}
}
