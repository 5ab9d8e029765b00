package dev.orderflow.inventory.domain;

import java.util.List;

/** Why a caller does not get what it asked for. An answer, not an error; nothing of it is remembered. */
public sealed interface Refusal {

    /** Some lines fall short at this moment; only those are listed. */
    record InsufficientStock(List<Shortage> shortages) implements Refusal {}

    /** There are no such products. */
    record UnknownProducts(List<String> productIds) implements Refusal {}

    /** The products are priced in different currencies, which one order cannot have. */
    record MixedCurrencies(List<String> currencies) implements Refusal {}

    /** The order id was used with other lines before. */
    record OtherLines() implements Refusal {}

    /** The reservation was given up: this order id can never hold stock again. */
    record AlreadyReleased() implements Refusal {}

    /** The order was placed: only its events move its stock now. */
    record AlreadyPlaced() implements Refusal {}

    /** A line that asks for more than there is. */
    record Shortage(String productId, long requested, long available) {}
}
