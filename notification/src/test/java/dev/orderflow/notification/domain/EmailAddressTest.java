package dev.orderflow.notification.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EmailAddressTest {

    @ParameterizedTest
    @CsvSource({
        "anna@example.com, a***@example.com",
        "a@example.com, a***@example.com",
        "first.last+tag@mail.example.co.uk, f***@mail.example.co.uk",
        "' padded@example.com ', p***@example.com",
        "root@localhost, r***@localhost"
    })
    void keepsTheFirstLetterAndTheDomainOnly(String address, String masked) {
        assertEquals(Optional.of(masked), EmailAddress.parse(address).map(EmailAddress::masked));
    }

    @Test
    void tellsNothingWhenPrinted() {
        assertEquals(
                "a***@example.com",
                EmailAddress.parse("anna@example.com").orElseThrow().toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "anna",
                "@example.com",
                "anna@",
                "anna@example..com",
                ".anna@example.com",
                "an na@example.com",
                "anna@exam ple.com",
                "anna@-example.com",
                "\"anna\"@example.com",
                "anna@example.com, berta@example.com",
                "anna@example.com\r\nBcc: berta@example.com",
                "ann\u0000a@example.com",
                "Anna <anna@example.com>",
                "ännä@example.com"
            })
    void refusesWhatNothingCanBeSentTo(String address) {
        assertEquals(Optional.empty(), EmailAddress.parse(address));
    }

    @Test
    void refusesWhatIsTooLong() {
        assertFalse(EmailAddress.parse("a".repeat(65) + "@example.com").isPresent());
        assertFalse(EmailAddress.parse("a@" + "b".repeat(250) + ".com").isPresent());
    }
}
