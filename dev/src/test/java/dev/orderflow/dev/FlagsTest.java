package dev.orderflow.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlagsTest {

    private static final Map<String, String> KNOWN = Map.of("--rate", Flags.NUMBER, "--smoke", Flags.NOTHING);

    @Test
    void takesWhatIsKnown() {
        var flags = new Flags(List.of("--smoke", "--rate", "20"), KNOWN);

        assertEquals(20, flags.number("--rate", 5));
        assertEquals(7, flags.number("--orders", 7));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--foo", "extra", "--rates 5", "--smoke 5"})
    void refusesWhatIsNot(String line) {
        assertTrue(refusal(line).startsWith("what is "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--rate", "--rate 0", "--rate -1", "--rate many"})
    void refusesWhatIsNoNumber(String line) {
        assertEquals("--rate takes a whole number from 1 on", refusal(line));
    }

    private static String refusal(String line) {
        var arguments = List.of(line.split(" ", -1));
        return String.valueOf(
                assertThrows(Failure.class, () -> new Flags(arguments, KNOWN)).getMessage());
    }
}
