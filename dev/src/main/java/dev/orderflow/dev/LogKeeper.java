package dev.orderflow.dev;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Keeps logs bounded. Their writers append, so a log can be emptied below them. */
final class LogKeeper {

    private static final long MOST = 8 << 20;

    private LogKeeper() {}

    /** Moves what is in a log that has grown too large to the log's one predecessor. */
    static void bound(Path log) {
        bound(log, MOST);
    }

    static void bound(Path log, long most) {
        try {
            if (Files.exists(log) && Files.size(log) > most) {
                Files.copy(log, predecessor(log), StandardCopyOption.REPLACE_EXISTING);
                try (var file = FileChannel.open(log, StandardOpenOption.WRITE)) {
                    file.truncate(0);
                }
            }
        } catch (IOException e) {
            System.err.println("cannot bound " + log + ": " + e);
        }
    }

    static Path predecessor(Path log) {
        return log.resolveSibling(log.getFileName().toString().replace(".log", ".1.log"));
    }
}
