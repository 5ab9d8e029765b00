package dev.orderflow.order.domain;

/** What happened to an order, for everybody to know. */
public sealed interface OrderEvent {

    /** What was ordered; the same in every event of an order. */
    Purchase purchase();

    /** The order is durable and its stock is held. */
    record OrderPlaced(Purchase purchase) implements OrderEvent {}

    /** Fraud has cleared it and its stock is bound. Nothing undoes this. */
    record OrderConfirmed(Purchase purchase) implements OrderEvent {}

    /** It will not be delivered; its stock, if it has any, is to be given back. */
    record OrderCancelled(Purchase purchase, CancelReason reason) implements OrderEvent {}
}
