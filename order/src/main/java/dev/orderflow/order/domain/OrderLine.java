package dev.orderflow.order.domain;

/**
 * A number of pieces of one product, at the price that inventory gave when it held them.
 *
 * @param quantity 1 or more
 * @param unitPrice of one piece
 */
public record OrderLine(String productId, long quantity, Money unitPrice) {

    /** @throws ArithmeticException when it is too large to be represented */
    public Money total() {
        return unitPrice.times(quantity);
    }
}
