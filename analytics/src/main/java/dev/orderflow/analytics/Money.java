package dev.orderflow.analytics;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Currency;

/** Exact amounts: decimal strings outside, whole minor units inside. */
final class Money {

    private Money() {}

    /**
     * @throws IllegalArgumentException for no number or no currency
     * @throws ArithmeticException for more digits than the currency has, or more than a long holds
     */
    static long minorUnits(String amount, String currency) {
        return new BigDecimal(amount).movePointRight(digits(currency)).longValueExact();
    }

    /** With all digits of the currency: {@code 49.90}. */
    static String decimal(BigInteger minorUnits, String currency) {
        return new BigDecimal(minorUnits, digits(currency)).toPlainString();
    }

    private static int digits(String currency) {
        return Math.max(0, Currency.getInstance(currency).getDefaultFractionDigits());
    }
}
