package dev.orderflow.notification.domain;

import java.math.BigDecimal;
import java.text.NumberFormat;
import java.util.Currency;
import java.util.Locale;

/** An amount as an event states it. It is shown and never reckoned with, so it stays the decimal number that it came as. */
public record Money(BigDecimal amount, String currency) {

    /** @throws IllegalArgumentException when the amount is no decimal number */
    public static Money parse(String amount, String currency) {
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
