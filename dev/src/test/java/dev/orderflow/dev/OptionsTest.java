package dev.orderflow.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {

    @Test
    void withoutArgumentsEverythingRunsAttachedOnTheDocumentedPorts() {
        var options = Options.parse(List.of(), "");

        assertEquals(new Options(true, false, false, false, "", 0, false), options);
        assertEquals(Layout.SERVICES, options.services());
        assertEquals(8080, options.layout().http("order"));
        assertEquals(9184, options.layout().management("analytics"));
    }

    @Test
    void argumentsComeInAnyOrder() {
        assertEquals(
                new Options(false, true, false, false, "order", 1000, true),
                Options.parse(List.of("--fresh", "--dev", "order", "--traces", "--detach"), "1000"));
    }

    @Test
    void whatIsDevelopedIsNoExecutable() {
        assertEquals(List.of(), Options.parse(List.of(), "").executed());
        assertEquals(Layout.SERVICES, Options.parse(List.of("--native"), "").executed());
        assertEquals(
                List.of("order", "inventory", "notification", "analytics"),
                Options.parse(List.of("--native", "--dev", "fraud"), "").executed());
    }

    @Test
    void infraStartsNoService() {
        assertTrue(Options.parse(List.of("infra"), "").services().isEmpty());
    }

    @Test
    void tracesAreShownOnDemandOnly() {
        assertFalse(Options.parse(List.of(), "").servers().contains("traces"));
        assertTrue(Options.parse(List.of("--traces"), "").servers().contains("traces"));
    }

    @Test
    void theSupervisorUnderstandsTheSame() {
        var options = Options.parse(List.of("--native", "--dev", "fraud", "--traces"), "7");

        assertEquals(options, Options.ofWords(options.words()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--dev", "--dev kafka", "--frsh", "infra --dev order", "infra --native", "order"})
    void whatItDoesNotUnderstandItSays(String line) {
        assertThrows(Failure.class, () -> Options.parse(List.of(line.split(" ", -1)), ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "abc", "60000"})
    void anOffsetThatLeavesNoPortIsRefused(String offset) {
        assertThrows(Failure.class, () -> Options.parse(List.of(), offset));
    }
}
