package dev.orderflow.fraud.domain;

/** How far an assessed order has come; confirmed and cancelled are final. */
public enum OrderState {
    PLACED,
    CONFIRMED,
    CANCELLED
}
