package dev.orderflow.notification.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MoneyTest {

    @ParameterizedTest
    @CsvSource({
        "49.99, USD, $49.99",
        "0.00, USD, $0.00",
        "1299.00, USD, '$1,299.00'",
        "49.90, EUR, €49.90",
        "5000, JPY, '¥5,000'",
        "1.250, BHD, 1.250 BHD",
        "92233720368547758.07, USD, '$92,233,720,368,547,758.07'",
        "12.50, QQQ, 12.50 QQQ"
    })
    void isFormattedWithItsCurrency(String amount, String currency, String formatted) {
        // The space after a code is one that does not break.
        assertEquals(formatted, Money.parse(amount, currency).formatted().replace('\u00a0', ' '));
    }

    @Test
    void isADecimalNumber() {
        assertThrows(IllegalArgumentException.class, () -> Money.parse("a lot", "USD"));
    }
}
