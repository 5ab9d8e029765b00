package dev.orderflow.fraud;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;

@AnalyzeClasses(packages = "dev.orderflow", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String HERE = "dev.orderflow.fraud..";

    @ArchTest
    static final ArchRule domainIsPlainJava = classes()
            .that()
            .resideInAPackage("dev.orderflow.fraud.domain..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "org.jspecify..", "dev.orderflow.fraud.domain..");

    @ArchTest
    static final ArchRule domainHasNoClockAndNoDice = noClasses()
            .that()
            .resideInAPackage("dev.orderflow.fraud.domain..")
            .should()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(UUID.class, "randomUUID")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Clock.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(java.util.random.RandomGenerator.class);

    @ArchTest
    static final ArchRule domainComputesExactly = noClasses()
            .that()
            .resideInAPackage("dev.orderflow.fraud.domain..")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(Double.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Float.class)
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
                    "dev.orderflow.analytics..");

    @ArchTest
    static final ArchRule nothingIsInjectedIntoFields = fields().that()
            .areDeclaredInClassesThat()
            .resideInAPackage(HERE)
            .should()
            .notBeAnnotatedWith(Inject.class)
            .andShould()
            .notBeAnnotatedWith("org.eclipse.microprofile.config.inject.ConfigProperty");
}
