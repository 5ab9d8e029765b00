package dev.orderflow.dev;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine with and without a Jaeger, and a {@code mvnw} that fetches by writing a file. */
class ViewerTest {

    @TempDir
    Path folder;

    private final List<String> said = new ArrayList<>();

    @Test
    void aJaegerOnThePathIsTaken() throws IOException {
        var data = Files.createDirectories(folder.resolve("data"));
        Files.createFile(data.resolve("jaeger")); // not executable
        var bin = Files.createDirectories(folder.resolve("bin"));
        var jaeger = script(bin.resolve("jaeger"), "exit 0");

        assertEquals(Optional.of(jaeger), viewer(data + "::" + bin).jaeger());
        assertTrue(viewer(bin.toString()).isHere());
        assertEquals(Optional.empty(), viewer(data.toString()).jaeger());
        assertFalse(viewer("").isHere());
    }

    @Test
    void zipkinIsFetchedAsAWhole() throws IOException {
        script(
                folder.resolve("mvnw"),
                "for word; do case $word in -DoutputDirectory=*) into=${word#*=} ;; esac; done",
                """
                mkdir "$into"
                echo jar > "$into/zipkin-server-3.6.1-slim.jar"
                """);
        var viewer = viewer("");

        viewer.fetch(said::add);

        assertTrue(viewer.isHere());
        assertEquals("jar", Files.readString(viewer.zipkin()).strip());
        assertArrayEquals(
                new File[] {viewer.zipkin().toFile()}, viewer.cache().toFile().listFiles());
    }

    @Test
    void withoutANetworkTheReasonIsTold() throws IOException {
        script(folder.resolve("mvnw"), "echo '[ERROR] no route to host'; exit 1");
        var viewer = viewer("");

        var failure = assertThrows(Failure.class, () -> viewer.fetch(said::add));

        assertTrue(String.valueOf(failure.getMessage()).contains("no route to host"), failure.getMessage());
        assertFalse(viewer.isHere());
    }

    @Test
    void ofMavensProgressTheLastIsTold() {
        assertEquals(
                "28/57 MB",
                Viewer.progress("Downloading from central\nProgress (1): 4.1/57 MB\nProgress (1): 28/57 MB"));
        assertEquals("...", Viewer.progress("[INFO] Scanning for projects..."));
    }

    private Viewer viewer(String path) {
        return new Viewer(new Home(folder, folder.resolve("home")), folder.resolve("cache"), path);
    }

    private static Path script(Path file, String... lines) throws IOException {
        Files.writeString(file, "#!/bin/sh\nset -e\n" + String.join("\n", lines) + "\n");
        assertTrue(file.toFile().setExecutable(true));
        return file;
    }
}
