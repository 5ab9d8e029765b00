package dev.orderflow.analytics;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.UUID;

@AnalyzeClasses(packages = "dev.orderflow", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String HERE = "dev.orderflow.analytics..";

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
            .that()
            .resideInAPackage(HERE)
            .should()
            .dependOnClassesThat()
            .areAssignableTo(Double.class)
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("double")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("float");

    @ArchTest
    static final ArchRule noOtherServiceIsSeen = noClasses()
            .that()
            .resideInAPackage(HERE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.orderflow.order..",
                    "dev.orderflow.inventory..",
                    "dev.orderflow.notification..",
                    "dev.orderflow.fraud..");

    @ArchTest
    static final ArchRule nothingIsInjectedIntoFields = fields().that()
            .areDeclaredInClassesThat()
            .resideInAPackage(HERE)
            .should()
            .notBeAnnotatedWith(Inject.class)
            .andShould()
            .notBeAnnotatedWith("org.eclipse.microprofile.config.inject.ConfigProperty");
}
