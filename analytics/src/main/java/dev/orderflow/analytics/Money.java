package dev.orderflow.analytics;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Currency;
import java.util.regex.Pattern;

/** Exact amounts: decimal strings outside, whole minor units inside. */
final class Money {

    /** As the contracts write it. An exponent would be a text of a few bytes that has gigabytes when it is reckoned with. */
    private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,19}(\\.[0-9]{1,4})?");

    private Money() {}

    /**
     * @throws IllegalArgumentException for no plain decimal number or no currency
     * @throws ArithmeticException for more digits than the currency has, or more than a long holds
     */
    static long minorUnits(String amount, String currency) {
        if (!DECIMAL.matcher(amount).matches()) {
            throw new IllegalArgumentException("not a plain decimal number");
        }
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
