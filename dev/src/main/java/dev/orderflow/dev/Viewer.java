package dev.orderflow.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The program that shows traces: the Jaeger of this machine where the path has one, otherwise a Zipkin that is fetched
 * once for a user and kept in the cache.
 */
record Viewer(Home home, Path cache, String path) {

    /** The smaller of its two packages: with its page and storage in memory, without what other storages need. */
    private static final String ZIPKIN = "io.zipkin:zipkin-server:3.6.1:jar:slim";

    private static final String JAR = "zipkin-server-3.6.1-slim.jar";

    static Viewer of(Home home) {
        return new Viewer(
                home, Home.cache(), Optional.ofNullable(System.getenv("PATH")).orElse(""));
    }

    Optional<Path> jaeger() {
        return Stream.of(path.split(":", -1))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, "jaeger").toAbsolutePath())
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }

    Path zipkin() {
        return cache.resolve(JAR);
    }

    boolean isHere() {
        return jaeger().isPresent() || Files.exists(zipkin());
    }

    /** It is here afterwards, as a whole or not at all. */
    void fetch(Consumer<String> say) {
        say.accept("Fetching Zipkin, which shows the traces; this is done once.");
        var work = home.folder().resolve("fetched");
        Folders.delete(work);
        maven(work, say);
        try {
            Files.createDirectories(cache);
            // The home may be on another disk, from which nothing moves in one step.
            var copy = Files.createTempFile(cache, JAR, ".part");
            Files.move(work.resolve(JAR), copy, StandardCopyOption.REPLACE_EXISTING);
            Folders.publish(copy, zipkin());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Folders.delete(work);
    }

    private void maven(Path into, Consumer<String> say) {
        var command = List.of(
                home.root().resolve("mvnw").toString(),
                home.mark(),
                "-Dstyle.color=never",
                "--non-recursive",
                "dependency:copy",
                "-Dartifact=" + ZIPKIN,
                "-DoutputDirectory=" + into);
        var log = home.log("build");
        var maven = Processes.start(command, log, home.root(), Map.of("ORDERFLOW_TRANSFERS", "shown"));
        while (!Processes.endsWithin(maven.toHandle(), Build.SILENCE)) {
            say.accept("  " + progress(Processes.tail(log, 20)));
        }
        if (maven.exitValue() != 0) {
            throw new Failure("Zipkin could not be fetched; all that Maven says is in " + log + "\n"
                    + Processes.lastWords(log, 8));
        }
    }

    /** What Maven has said last about a transfer, of which it writes over the line before. */
    static String progress(String said) {
        return said.lines()
                .filter(line -> line.startsWith("Progress "))
                .reduce((earlier, line) -> line)
                .map(line -> line.replaceFirst("Progress \\(\\d+\\): ", "").strip())
                .orElse("...");
    }
}
