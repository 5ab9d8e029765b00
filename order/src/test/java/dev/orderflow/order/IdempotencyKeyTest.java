package dev.orderflow.order;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdempotencyKeyTest {

    @Test
    void isTheSameRawAndQuoted() {
        assertEquals("abc-1", value("abc-1"));
        assertEquals("abc-1", value("\"abc-1\""));
        assertEquals("abc-1", value("  abc-1 "));
    }

    @Test
    void undoesTheEscapesOfAStructuredHeader() {
        assertEquals("a\"b\\c", value("\"a\\\"b\\\\c\""));
        assertEquals("a\\b", value("a\\b"));
    }

    @Test
    void has255CharactersAtMost() {
        assertEquals(255, value("k".repeat(255)).length());
        assertEquals(Optional.empty(), IdempotencyKey.parse("k".repeat(256)));
        assertEquals(255, value('"' + "k".repeat(255) + '"').length());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "\"\"",
                "\"",
                "\"a",
                "\"a\"b\"",
                "\"a\\b\"",
                "a b",
                "\"a b\"",
                "a\tb",
                "caf\u00e9",
                "a\u0000"
            })
    void refusesEverythingElse(String header) {
        assertEquals(Optional.empty(), IdempotencyKey.parse(header));
    }

    private static String value(String header) {
        return IdempotencyKey.parse(header).orElseThrow().value();
    }
}
