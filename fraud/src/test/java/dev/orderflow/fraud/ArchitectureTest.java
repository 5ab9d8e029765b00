package dev.orderflow.fraud;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import com.tngtech.archunit.lang.ArchRule;
import dev.orderflow.dev.TestArchitecture;

@AnalyzeClasses(packages = "dev.orderflow.fraud", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchTests everyService = ArchTests.in(TestArchitecture.class);

    @ArchTest
    static final ArchRule domainComputesExactly = noClasses()
            .that()
            .resideInAPackage("dev.orderflow.fraud.domain..")
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(Double.class, Float.class, double.class, float.class);
}
