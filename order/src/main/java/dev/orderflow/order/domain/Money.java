package dev.orderflow.order.domain;

import java.math.BigDecimal;
import java.util.Currency;

/**
 * An exact amount in one currency, in its smallest unit. Arithmetic that would not be exact (overflow, mixed currencies,
 * a fraction of the smallest unit) throws {@link ArithmeticException} and never rounds.
 *
 * @param minorUnits for example cents
 * @param currency ISO 4217; decides the number of decimals
 */
public record Money(long minorUnits, Currency currency) {

    /** Reads an amount as it is on the wire, such as {@code "49.99"} and {@code "USD"}. */
    public static Money parse(String amount, String currencyCode) {
        var currency = Currency.getInstance(currencyCode);
        var exact = new BigDecimal(amount).movePointRight(decimals(currency));
        return new Money(exact.longValueExact(), currency);
    }

    public static Money zero(Currency currency) {
        return new Money(0, currency);
    }

    public Money plus(Money other) {
        if (!currency.equals(other.currency)) {
            throw new ArithmeticException("cannot add " + other.currency + " to " + currency);
        }
        return new Money(Math.addExact(minorUnits, other.minorUnits), currency);
    }

    public Money times(long quantity) {
        return new Money(Math.multiplyExact(minorUnits, quantity), currency);
    }

    /** The amount as it is on the wire, with as many decimals as the currency has. */
    public String amount() {
        return BigDecimal.valueOf(minorUnits, decimals(currency)).toPlainString();
    }

    @Override
    public String toString() {
        return amount() + " " + currency;
    }

    /** A currency without a smallest unit (gold, a test code) counts in whole units. */
    private static int decimals(Currency currency) {
        return Math.max(0, currency.getDefaultFractionDigits());
    }
}
