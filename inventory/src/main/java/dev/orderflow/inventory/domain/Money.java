package dev.orderflow.inventory.domain;

import java.math.BigDecimal;
import java.util.Currency;
import java.util.regex.Pattern;

/** An exact, non-negative amount: whole minor units of one currency, never a floating-point number. */
public record Money(long minorUnits, Currency currency) {

    /** Far above any price, and small enough for a product of it with any quantity to be checked for overflow. */
    public static final long MAX_MINOR_UNITS = 1_000_000_000_000_000L;

    private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,16}(\\.[0-9]{1,4})?");

    public Money {
        if (minorUnits < 0 || minorUnits > MAX_MINOR_UNITS) {
            throw new IllegalArgumentException("amount out of range");
        }
        if (currency.getDefaultFractionDigits() < 0) {
            throw new IllegalArgumentException(currency + " is not a currency that is paid with");
        }
    }

    /**
     * Reads an amount as it is written on the wire.
     *
     * @throws IllegalArgumentException when it is no plain decimal, has more decimals than the currency, is too large, or
     *     when there is no such currency
     */
    public static Money of(String amount, String currencyCode) {
        Currency currency = currency(currencyCode);
        if (!DECIMAL.matcher(amount).matches()) {
            throw new IllegalArgumentException("not a plain decimal number");
        }
        BigDecimal minor = new BigDecimal(amount).movePointRight(Math.max(currency.getDefaultFractionDigits(), 0));
        if (minor.stripTrailingZeros().scale() > 0) {
            throw new IllegalArgumentException("more decimals than " + currencyCode + " has");
        }
        if (minor.compareTo(BigDecimal.valueOf(MAX_MINOR_UNITS)) > 0) {
            throw new IllegalArgumentException("amount out of range");
        }
        return new Money(minor.longValueExact(), currency);
    }

    /**
     * The currency of an ISO 4217 code.
     *
     * @throws IllegalArgumentException when there is none, or none that is paid with, such as gold
     */
    public static Currency currency(String code) {
        try {
            Currency currency = Currency.getInstance(code);
            if (currency.getDefaultFractionDigits() >= 0) {
                return currency;
            }
        } catch (IllegalArgumentException unknown) {
            throw new IllegalArgumentException("not an ISO 4217 currency", unknown);
        }
        throw new IllegalArgumentException("not a currency that is paid with");
    }

    /** The amount as it is written on the wire, with the currency's number of decimals. */
    public String amount() {
        return BigDecimal.valueOf(minorUnits, currency.getDefaultFractionDigits())
                .toPlainString();
    }
}
