package dev.orderflow.order.domain;

/** Why an order was cancelled. The names are part of the contract, in lower case. */
public enum CancelReason {
    FRAUD_REJECTED,
    STOCK_LOST,
    DEADLINE_PASSED,
    CUSTOMER_REQUEST
}
