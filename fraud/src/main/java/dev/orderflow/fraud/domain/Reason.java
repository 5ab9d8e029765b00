package dev.orderflow.fraud.domain;

import java.util.Locale;

/**
 * Why an order has points.
 *
 * @param points what it adds to the score
 * @param detail for a person: what was seen and what the limit is
 */
public record Reason(Code code, int points, String detail) {

    /** The part that programs may rely on. */
    public enum Code {
        CUSTOMER_BLOCKED,
        AMOUNT_EXTREME,
        AMOUNT_HIGH,
        VELOCITY_HIGH,
        QUANTITY_UNUSUAL,
        FIRST_ORDER_HIGH,
        CONTACT_SHARED;

        /** As events and answers spell it: {@code amount_high}. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
