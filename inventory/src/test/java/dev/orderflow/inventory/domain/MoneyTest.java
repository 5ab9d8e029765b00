package dev.orderflow.inventory.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MoneyTest {

    @ParameterizedTest
    @CsvSource({
        "49.99, USD, 4999, 49.99",
        "50, USD, 5000, 50.00",
        "50.0, USD, 5000, 50.00",
        "0.01, EUR, 1, 0.01",
        "0, EUR, 0, 0.00",
        "500, JPY, 500, 500",
        "500.00, JPY, 500, 500",
        "1.234, KWD, 1234, 1.234",
        "10000000000000.00, USD, 1000000000000000, 10000000000000.00",
    })
    void readsAndWritesExactly(String amount, String currency, long minorUnits, String written) {
        Money money = Money.of(amount, currency);

        assertEquals(minorUnits, money.minorUnits());
        assertEquals(written, money.amount());
        assertEquals(money, Money.of(money.amount(), currency));
    }

    @ParameterizedTest
    @CsvSource({
        "1.001, USD",
        "0.5, JPY",
        "-1, USD",
        "1e3, USD",
        "'', USD",
        "' 1', USD",
        "1., USD",
        ".5, USD",
        "1_000, USD",
        "10000000000000.01, USD",
        "99999999999999999, USD",
        "１, USD",
        "NaN, USD",
        "1, XXX", // ISO 4217's code for no currency at all
        "1, XAU", // gold, which has no minor unit
        "1, ZZZ",
        "1, usd",
        "1, ''",
    })
    void refusesWhatIsNoAmount(String amount, String currency) {
        assertThrows(IllegalArgumentException.class, () -> Money.of(amount, currency));
    }
}
