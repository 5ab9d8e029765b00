package dev.orderflow.notification.domain;

import java.math.BigDecimal;
import java.text.NumberFormat;
import java.util.Currency;
import java.util.Locale;
import java.util.regex.Pattern;

/** An amount as an event states it. It is shown and never reckoned with, so it stays the decimal number that it came as. */
public record Money(BigDecimal amount, String currency) {

    /** As the contracts write it. An exponent would be a text of a few bytes that has gigabytes when it is written out. */
    private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,19}(\\.[0-9]{1,4})?");

    /** @throws IllegalArgumentException when the amount is no plain decimal number */
    public static Money parse(String amount, String currency) {
        if (!DECIMAL.matcher(amount).matches()) {
            throw new IllegalArgumentException("not a plain decimal number");
        }
        return new Money(new BigDecimal(amount), currency);
    }

    /** For people: {@code $1,299.00}, {@code €49.99}; {@code 1.250 BHD} where there is no symbol. */
    public String formatted() {
        NumberFormat format = NumberFormat.getNumberInstance(Locale.US);
        format.setMinimumFractionDigits(amount.scale());
        format.setMaximumFractionDigits(amount.scale());
        String symbol = symbol();
        return symbol.equals(currency) ? format.format(amount) + " " + currency : symbol + format.format(amount);
    }

    private String symbol() {
        try {
            return Currency.getInstance(currency).getSymbol(Locale.US);
        } catch (IllegalArgumentException unknown) {
            return currency;
        }
    }

    /** For templates. */
    @Override
    public String toString() {
        return formatted();
    }
}
