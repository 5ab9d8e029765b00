package dev.orderflow.analytics;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import com.tngtech.archunit.lang.ArchRule;
import dev.orderflow.dev.TestArchitecture;
import java.time.Instant;
import java.util.UUID;

@AnalyzeClasses(packages = "dev.orderflow.analytics", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchTests everyService = ArchTests.in(TestArchitecture.class);

    @ArchTest
    static final ArchRule countingIsPlainJava = noClasses()
            .that()
            .haveSimpleName("Projection")
            .or()
            .haveSimpleName("Answers")
            .or()
            .haveSimpleName("Money")
            .should()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(UUID.class, "randomUUID")
            .orShould()
            .dependOnClassesThat()
            .resideInAnyPackage("io.smallrye..", "io.vertx..", "io.quarkus.arc..", "jakarta.ws..");

    @ArchTest
    static final ArchRule moneyIsNeverFloating = noClasses()
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(Double.class, Float.class, double.class, float.class);
}
