package dev.orderflow.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class WelcomeTest {

    @Test
    void aPageForTracesIsNamedWhereThereIsOne() {
        var line = "  traces        http://localhost:16693";

        assertTrue(
                new Welcome(Options.parse(List.of("--traces"), "7")).lines(20).contains(line));
        assertTrue(new Welcome(Options.parse(List.of("infra", "--traces"), "7"))
                .lines(20)
                .contains(line));
        assertFalse(new Welcome(Options.parse(List.of(), "7")).lines(20).contains(line));
    }

    /** Under one key the second would be taken for a mistaken repetition of the first. */
    @Test
    void theOrdersToTryCanBePastedInTheSameSecond() {
        var said = String.join("\n", new Welcome(Options.parse(List.of(), "")).lines(20));

        var keys = Pattern.compile("Idempotency-Key: (\\S+)\\$\\(date \\+%s\\)\"")
                .matcher(said)
                .results()
                .map(key -> key.group(1))
                .toList();

        assertEquals(List.of("try-ann-", "try-bob-"), keys, said);
    }
}
