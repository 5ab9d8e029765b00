package dev.orderflow.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A project whose {@code mvnw} writes down how it was called and copies the source into {@code target/}. */
class BuildTest {

    private static final Path SOURCE = Path.of("dev/src/main/java/Source.java");
    private static final Path BUILT = Path.of("dev/target/classes/Source.class");

    @TempDir
    Path root;

    private Home home = new Home(Path.of(""), Path.of(""));
    private final List<String> said = new ArrayList<>();

    @BeforeEach
    void project() throws IOException {
        home = new Home(root, root.resolve("home"));
        write(SOURCE, "first");
        maven("");
    }

    @Test
    void onlyChangedSourcesAreBuilt() throws IOException {
        build();
        build();
        assertEquals(1, builds().size());

        write(SOURCE, "second");
        build();

        assertEquals(2, builds().size());
        assertEquals("second", installed());
    }

    @Test
    void whatIsEditedDuringABuildIsBuiltTheNextTime() throws IOException {
        maven("[ -e edited ] || echo second > " + SOURCE + "; touch edited");

        build();
        assertEquals("first", installed());
        build();

        assertEquals("second", installed());
    }

    /** It takes what is there, which may be older than the sources; that must not pass for their build later. */
    @Test
    void aSkippedBuildIsMadeUpForByTheNextRun() throws IOException {
        write(BUILT, "old");
        Files.createDirectories(root.resolve("dev/target/lib"));

        Build.skip(home, Build.SERVERS);
        assertEquals("old", installed());
        assertFalse(Files.exists(root.resolve("builds")));
        build();

        assertEquals("first", installed());
    }

    /** Killed together with its terminal, Maven must be found, or it would write beside the next build. */
    @Test
    void mavenBearsTheMarkOfTheHome() throws IOException {
        build();

        assertTrue(Leftovers.belongs("java Launcher " + builds().getFirst(), home), "" + builds());
    }

    private void build() {
        Build.ifStale(home, Build.SERVERS, said::add);
    }

    private List<String> builds() throws IOException {
        return Files.readAllLines(root.resolve("builds"));
    }

    private String installed() throws IOException {
        return Files.readString(home.app().resolve(BUILT)).strip();
    }

    private void maven(String afterwards) throws IOException {
        var script = List.of(
                "#!/bin/sh",
                "set -e",
                "echo \"$@\" >> builds",
                "mkdir -p dev/target/classes dev/target/lib",
                "cp " + SOURCE + " " + BUILT,
                afterwards);
        write(Path.of("mvnw"), String.join("\n", script) + "\n");
        assertTrue(root.resolve("mvnw").toFile().setExecutable(true));
    }

    private void write(Path file, String text) throws IOException {
        var place = root.resolve(file);
        Files.createDirectories(place.getParent());
        Files.writeString(place, text);
    }
}
