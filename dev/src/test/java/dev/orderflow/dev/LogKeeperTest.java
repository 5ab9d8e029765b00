package dev.orderflow.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogKeeperTest {

    @TempDir
    Path folder;

    @Test
    void aLogThatHasGrownTooLargeIsMovedWhileItsWriterGoesOn() throws IOException {
        var log = folder.resolve("order.log");
        try (var writer = Files.newOutputStream(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            writer.write("first\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));

            LogKeeper.bound(log, 3);
            writer.write("second\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }

        assertEquals("first\n", Files.readString(LogKeeper.predecessor(log)));
        assertEquals("second\n", Files.readString(log));
    }

    @Test
    void aSmallLogAndNoLogStayAsTheyAre() throws IOException {
        var log = Files.writeString(folder.resolve("order.log"), "first\n");

        LogKeeper.bound(log, 100);
        LogKeeper.bound(folder.resolve("absent.log"), 100);

        assertEquals("first\n", Files.readString(log));
        assertFalse(Files.exists(LogKeeper.predecessor(log)));
    }
}
