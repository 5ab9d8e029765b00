package dev.orderflow.order.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Currency;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MoneyTest {

    private static final Currency USD = Currency.getInstance("USD");

    @ParameterizedTest
    @CsvSource({
        "49.99, USD, 4999, 49.99",
        "50, USD, 5000, 50.00",
        "0.1, USD, 10, 0.10",
        "0, USD, 0, 0.00",
        "1500, JPY, 1500, 1500",
        "1.234, KWD, 1234, 1.234",
        "92233720368547758.07, USD, 9223372036854775807, 92233720368547758.07",
    })
    void readsAndWritesTheAmountExactly(String amount, String currency, long minorUnits, String written) {
        var money = Money.parse(amount, currency);

        assertEquals(new Money(minorUnits, Currency.getInstance(currency)), money);
        assertEquals(written, money.amount());
    }

    @ParameterizedTest
    @CsvSource({"0.001, USD", "0.5, JPY", "92233720368547758.08, USD"})
    void refusesWhatItCannotHoldExactly(String amount, String currency) {
        assertThrows(ArithmeticException.class, () -> Money.parse(amount, currency));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "1.", "12345678901234567890", "1E+2", "1e500000000", "1e-500000000"})
    void refusesWhatIsNoPlainDecimalNumber(String amount) {
        assertThrows(IllegalArgumentException.class, () -> Money.parse(amount, "USD"));
    }

    @Test
    void noticesOverflowAndMixedCurrencies() {
        var most = new Money(Long.MAX_VALUE, USD);
        var cent = new Money(1, USD);

        assertThrows(ArithmeticException.class, () -> most.plus(cent));
        assertThrows(ArithmeticException.class, () -> most.times(2));
        assertThrows(ArithmeticException.class, () -> cent.plus(new Money(1, Currency.getInstance("EUR"))));
        assertEquals(new Money(3, USD), cent.plus(cent.times(2)));
    }
}
