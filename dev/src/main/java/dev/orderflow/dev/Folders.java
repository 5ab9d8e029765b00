package dev.orderflow.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;

/** What {@link Files} lacks. */
public final class Folders {

    private Folders() {}

    /** Deletes the folder with all that is in it; links are removed, never followed. */
    public static void delete(Path folder) {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.deleteIfExists(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException reason) throws IOException {
                    if (reason instanceof NoSuchFileException) {
                        return FileVisitResult.CONTINUE; // a dying server has removed it itself
                    }
                    throw reason;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, IOException reason) throws IOException {
                    Files.deleteIfExists(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Moves the finished work to its place in one step, so that nobody ever sees half of it. */
    static void publish(Path work, Path place) {
        try {
            Files.move(work, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes a small file in one step. */
    static void write(Path file, String text) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            var work = file.resolveSibling(file.getFileName() + ".part");
            Files.writeString(work, text);
            publish(work, file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
