package dev.orderflow.order.domain;

import java.math.BigDecimal;
import java.util.Currency;
import java.util.regex.Pattern;

/**
 * An exact amount in one currency, in its smallest unit. Arithmetic that would not be exact (overflow, mixed currencies,
 * a fraction of the smallest unit) throws {@link ArithmeticException} and never rounds.
 *
 * @param minorUnits for example cents
 * @param currency ISO 4217; decides the number of decimals
 */
public record Money(long minorUnits, Currency currency) {

    /** As the contracts write it. An exponent would be a text of a few bytes that has gigabytes when it is reckoned with. */
    private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,19}(\\.[0-9]{1,4})?");

    /**
     * Reads an amount as it is on the wire, such as {@code "49.99"} and {@code "USD"}.
     *
     * @throws IllegalArgumentException for no plain decimal number or no currency
     */
    public static Money parse(String amount, String currencyCode) {
        if (!DECIMAL.matcher(amount).matches()) {
            throw new IllegalArgumentException("not a plain decimal number");
        }
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
