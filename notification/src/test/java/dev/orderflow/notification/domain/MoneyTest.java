package dev.orderflow.notification.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a lot",
                "",
                "-1",
                "+1",
                "1.",
                ".5",
                "1.00001",
                "12345678901234567890",
                "1e2",
                "1e500000000",
                "1e-500000000"
            })
    void refusesWhatIsNoPlainDecimalNumber(String amount) {
        assertThrows(IllegalArgumentException.class, () -> Money.parse(amount, "USD"));
    }
}
