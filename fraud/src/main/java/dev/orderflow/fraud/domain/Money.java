package dev.orderflow.fraud.domain;

import java.math.BigDecimal;
import java.util.Currency;

/** An exact amount: whole minor units of one currency, so that no arithmetic here can round. */
public record Money(long minorUnits, String currency) {

    /**
     * Reads a decimal amount as it stands in an event.
     *
     * @throws IllegalArgumentException for no number or no currency
     * @throws ArithmeticException for more digits than the currency has, or more than a long holds
     */
    public static Money of(String amount, String currency) {
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
