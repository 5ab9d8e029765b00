package dev.orderflow.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class WelcomeTest {

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
