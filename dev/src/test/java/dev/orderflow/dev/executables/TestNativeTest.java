package dev.orderflow.dev.executables;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import dev.orderflow.dev.TestNative;
import org.junit.jupiter.api.Test;

/** The rules see what they are there for. */
class TestNativeTest {

    private final JavaClasses classes = new ClassFileImporter().importClasses(Alive.class, Unregistered.class);

    @Test
    void eachSeesOneMistakeAndNoOther() {
        assertSees("DICE", TestNative.nothingAliveIsStatic);
        assertSees("UUID.randomUUID()", TestNative.noConstantIsOfTheBuild);
        assertSees("Unregistered$Piece", TestNative.everyJsonTypeIsRegistered);
    }

    private void assertSees(String what, ArchRule rule) {
        var seen = rule.evaluate(classes).getFailureReport().getDetails();
        assertEquals(1, seen.size(), seen::toString);
        assertTrue(seen.getFirst().contains(what), seen::toString);
    }
}
