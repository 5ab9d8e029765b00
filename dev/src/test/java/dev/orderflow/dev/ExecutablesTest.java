package dev.orderflow.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A project whose {@code mvnw} writes down how it was called and makes the executable of the module that is asked for. */
class ExecutablesTest {

    private static final List<String> SERVICES = List.of("order", "fraud");

    @TempDir
    Path root;

    private Home home = new Home(Path.of(""), Path.of(""));
    private String graalvm = "";
    private final List<String> said = new ArrayList<>();

    @BeforeEach
    void project() throws IOException {
        home = new Home(root, root.resolve("home"));
        graalvm = root.resolve("graalvm").toString();
        write("graalvm/bin/native-image", "").toFile().setExecutable(true);
        write("order/src/main/java/Source.java", "first");
        write("fraud/src/main/java/Source.java", "first");
        write("messaging/src/main/java/Source.java", "first");
        // The word after -pl is the module.
        var maven = """
                #!/bin/sh
                set -e
                echo "$@" >> builds
                service=$(echo "$*" | sed 's/.* -pl \\([a-z]*\\) .*/\\1/')
                mkdir -p $service/target
                cp $service/src/main/java/Source.java $service/target/orderflow-$service-1-runner
                """;
        write("mvnw", maven).toFile().setExecutable(true);
    }

    @Test
    void eachIsMadeAgainWhenItsOwnSourcesChange() throws IOException {
        build();
        build();
        assertEquals(List.of("order", "fraud"), built());

        write("fraud/src/main/java/Source.java", "second");
        build();
        assertEquals(List.of("order", "fraud", "fraud"), built());
        assertEquals("second", installed("fraud"));

        write("messaging/src/main/java/Source.java", "second");
        build();
        assertEquals(5, built().size());
        assertEquals("first", installed("order"));
    }

    @Test
    void withoutGraalVmItSaysWhatIsMissingAndBuildsNothing() {
        graalvm = "";
        var missing = assertThrows(Failure.class, this::build);
        assertTrue(("" + missing.getMessage()).contains("order, fraud"), missing::getMessage);
        assertTrue(("" + missing.getMessage()).contains("GRAALVM_HOME is not set"), missing::getMessage);

        graalvm = root.toString();
        assertTrue(("" + assertThrows(Failure.class, this::build).getMessage()).contains("no bin/native-image"));
        assertTrue(Files.notExists(root.resolve("builds")));
    }

    /** Who has them all needs no compiler. */
    @Test
    void whatIsCurrentNeedsNoGraalVm() throws IOException {
        build();
        graalvm = "";
        build();

        assertEquals(2, built().size());
    }

    @Test
    void whatSomebodyDeletedIsMadeAgain() throws IOException {
        build();
        Files.delete(new Project(home.app(), true).executable("fraud").orElseThrow());

        build();

        assertEquals(List.of("order", "fraud", "fraud"), built());
    }

    /** It takes what is there, which may be older than the sources; that must not pass for their build later. */
    @Test
    void aSkippedBuildIsMadeUpForByTheNextRun() throws IOException {
        build();
        write("order/target/orderflow-order-2-runner", "other");
        Files.delete(root.resolve("order/target/orderflow-order-1-runner"));

        executables().skip(SERVICES);
        assertEquals("other", installed("order"));
        build();

        assertEquals(4, built().size());
    }

    private void build() {
        executables().check(SERVICES, graalvm);
        executables().ifStale(SERVICES);
    }

    private Executables executables() {
        return new Executables(home, said::add);
    }

    private List<String> built() throws IOException {
        return Files.readAllLines(root.resolve("builds")).stream()
                .map(line -> line.replaceAll(".* -pl ([a-z]*) .*", "$1"))
                .toList();
    }

    private String installed(String service) throws IOException {
        return Files.readString(
                new Project(home.app(), true).executable(service).orElseThrow());
    }

    private Path write(String file, String text) throws IOException {
        var place = root.resolve(file);
        Files.createDirectories(place.getParent());
        return Files.writeString(place, text);
    }
}
