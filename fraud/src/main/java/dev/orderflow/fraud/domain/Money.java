package dev.orderflow.fraud.domain;

import java.math.BigDecimal;
import java.util.Currency;
import java.util.regex.Pattern;

/** An exact amount: whole minor units of one currency, so that no arithmetic here can round. */
public record Money(long minorUnits, String currency) {

    /** As the contracts write it. An exponent would be a text of a few bytes that has gigabytes when it is reckoned with. */
    private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,19}(\\.[0-9]{1,4})?");

    /**
     * Reads a decimal amount as it stands in an event.
     *
     * @throws IllegalArgumentException for no plain decimal number or no currency
     * @throws ArithmeticException for more digits than the currency has, or more than a long holds
     */
    public static Money of(String amount, String currency) {
        if (!DECIMAL.matcher(amount).matches()) {
            throw new IllegalArgumentException("not a plain decimal number");
        }
        return new Money(new BigDecimal(amount).movePointRight(digits(currency)).longValueExact(), currency);
    }

    /** The amount in the currency's major unit, with all of its digits: {@code 49.90}. */
    public BigDecimal decimal() {
        return BigDecimal.valueOf(minorUnits, digits(currency));
    }

    @Override
    public String toString() {
        return decimal().toPlainString() + " " + currency;
    }

    private static int digits(String currency) {
        return Math.max(0, Currency.getInstance(currency).getDefaultFractionDigits());
    }
}
