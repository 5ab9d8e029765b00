package dev.orderflow.dev;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** What holds in every service; its {@code ArchitectureTest} includes it by {@code ArchTests.in(TestArchitecture.class)}. */
public final class TestArchitecture {

    private static final String DOMAIN = "dev.orderflow.*.domain..";

    private TestArchitecture() {}

    @ArchTest
    static final ArchTests executables = ArchTests.in(TestNative.class);

    @ArchTest
    static final ArchRule domainIsPlainJava = classes()
            .that()
            .resideInAPackage(DOMAIN)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "org.jspecify..", DOMAIN)
            .allowEmptyShould(true); // a service with little logic has none

    @ArchTest
    static final ArchRule domainHasNoClockAndNoDice = noClasses()
            .that()
            .resideInAPackage(DOMAIN)
            .should()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(UUID.class, "randomUUID")
            .orShould()
            .callMethod(Math.class, "random")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Clock.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(RandomGenerator.class)
            .allowEmptyShould(true);

    /** Contracts are below {@code dev.orderflow.proto}, and known to all. */
    @ArchTest
    static final ArchRule noOtherServiceIsSeen = classes().should(new ArchCondition<JavaClass>("see no other service") {
        @Override
        public void check(JavaClass seeing, ConditionEvents events) {
            seeing.getDirectDependenciesFromSelf().stream()
                    .filter(seen -> isAnotherService(seeing, seen.getTargetClass()))
                    .forEach(seen -> events.add(SimpleConditionEvent.violated(seeing, seen.getDescription())));
        }
    });

    @ArchTest
    static final ArchRule nothingIsInjectedIntoFields = noFields()
            .should()
            .beAnnotatedWith("jakarta.inject.Inject")
            .orShould()
            .beAnnotatedWith("org.eclipse.microprofile.config.inject.ConfigProperty");

    @ArchTest
    static final ArchRule stateIsNotStatic =
            fields().that().areStatic().should().beFinal();

    /**
     * A statement on the pool itself leaves a timer behind when no connection can be made, which ends half a minute later
     * in an unhandled "Result is already complete"; one on a connection of the pool does not.
     */
    @ArchTest
    static final ArchRule thePoolItselfIsAskedNothing = noClasses()
            .should()
            .callMethod("io.vertx.mutiny.sqlclient.Pool", "query", "java.lang.String")
            .orShould()
            .callMethod("io.vertx.mutiny.sqlclient.Pool", "preparedQuery", "java.lang.String");

    /** A periodic timer starts the next run whether or not the last has ended; {@code Repetition} does not. */
    @ArchTest
    static final ArchRule noRunOvertakesAnother = noClasses().should().callMethodWhere(target(name("setPeriodic")));

    private static boolean isAnotherService(JavaClass seeing, JavaClass seen) {
        return Layout.SERVICES.stream()
                .filter(service -> !isOf(service, seeing))
                .anyMatch(service -> isOf(service, seen));
    }

    private static boolean isOf(String service, JavaClass type) {
        return (type.getPackageName() + ".").startsWith("dev.orderflow." + service + ".");
    }
}
