package dev.orderflow.dev;

import static dev.orderflow.dev.TestPatience.await;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessesTest {

    @TempDir
    Path folder;

    /** Its parent, here a shell that has become `sleep`, never asks for it. */
    @Test
    void aDeadProcessThatNobodyAsksForIsGone() throws IOException {
        var file = folder.resolve("child");
        var parent = Processes.start(
                List.of("sh", "-c", "sleep 600 & echo $! > " + file + "; exec sleep 600"), folder.resolve("log"));
        try {
            await().until(() -> Files.exists(file) && !Files.readString(file).isBlank());
            var child = ProcessHandle.of(Long.parseLong(Files.readString(file).strip()))
                    .orElseThrow();
            assertFalse(Processes.isGone(child));

            child.destroyForcibly();

            Processes.awaitEnd(child, Duration.ofSeconds(10));
            assertTrue(Processes.isGone(child));
        } finally {
            Processes.kill(parent.toHandle());
        }
    }

    @Test
    void whoDoesNotEndInTimeIsKilled() {
        var deaf = folder.resolve("deaf");
        var stubborn = Processes.start(
                List.of("sh", "-c", "trap '' TERM; sleep 600 & touch " + deaf + "; wait; wait"), folder.resolve("log"));
        await().until(() -> Files.exists(deaf));
        var children = stubborn.descendants().toList();
        stubborn.destroy();

        Processes.awaitEnd(stubborn.toHandle(), Duration.ofMillis(200));

        assertTrue(Processes.isGone(stubborn.toHandle()));
        children.forEach(Processes::kill);
    }

    @Test
    void lastWordsAreReasonsAndNotFrames() throws IOException {
        var log = Files.writeString(
                folder.resolve("log"),
                "java.lang.Error: full\n\tat dev.A.b(A.java:1)\n\t... 3 more\nCaused by: disk\n");

        assertTrue(Processes.lastWords(log, 5).equals("java.lang.Error: full\nCaused by: disk"));
    }
}
