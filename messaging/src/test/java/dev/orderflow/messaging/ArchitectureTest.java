package dev.orderflow.messaging;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import com.tngtech.archunit.lang.ArchRule;
import dev.orderflow.dev.TestNative;
import io.vertx.mutiny.sqlclient.Pool;

@AnalyzeClasses(packages = "dev.orderflow", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchTests EXECUTABLES = ArchTests.in(TestNative.class);

    @ArchTest
    static final ArchRule SEES_NO_SERVICE = noClasses()
            .that()
            .resideInAPackage("dev.orderflow.messaging..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.orderflow.order..",
                    "dev.orderflow.inventory..",
                    "dev.orderflow.notification..",
                    "dev.orderflow.fraud..",
                    "dev.orderflow.analytics..",
                    "dev.orderflow.dev..");

    @ArchTest
    static final ArchRule INJECTS_THROUGH_CONSTRUCTORS = noFields()
            .that()
            .areDeclaredInClassesThat()
            .resideInAPackage("dev.orderflow.messaging..")
            .should()
            .beAnnotatedWith("jakarta.inject.Inject")
            .orShould()
            .beAnnotatedWith("org.eclipse.microprofile.config.inject.ConfigProperty");

    /** Looking into a record is for handlers; the inbox, the parking and the relay move bytes. */
    @ArchTest
    static final ArchRule DECODES_NO_BODY = noClasses()
            .that()
            .resideInAPackage("dev.orderflow.messaging..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.fasterxml.jackson.databind..", "jakarta.json..");

    /**
     * A statement on the pool itself leaves a timer behind when no connection can be made, which ends half a minute later
     * in an unhandled "Result is already complete"; one on a connection of the pool does not.
     */
    @ArchTest
    static final ArchRule ASKS_NO_POOL = noClasses()
            .that()
            .resideInAPackage("dev.orderflow.messaging..")
            .should()
            .callMethod(Pool.class, "query", String.class)
            .orShould()
            .callMethod(Pool.class, "preparedQuery", String.class);
}
