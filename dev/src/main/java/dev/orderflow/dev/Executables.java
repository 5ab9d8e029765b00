package dev.orderflow.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Builds the services' native executables, one after the other, and keeps them beside what {@link Build} keeps. Each takes
 * minutes and gigabytes; therefore it is made again only when its own sources have changed.
 */
final class Executables {

    private final Home home;
    private final Consumer<String> say;

    Executables(Home home, Consumer<String> say) {
        this.home = home;
        this.say = say;
    }

    /**
     * Fails when something would have to be built and cannot be. Before anything else is built, as that takes a while.
     *
     * @param graalvm the folder that {@code GRAALVM_HOME} names, or nothing
     */
    void check(List<String> services, String graalvm) {
        var stale = stale(services);
        if (!stale.isEmpty() && !Files.isExecutable(Path.of(graalvm, "bin", "native-image"))) {
            throw new Failure(
                    "--native has to build " + String.join(", ", stale) + " first, and "
                            + (graalvm.isBlank()
                                    ? "GRAALVM_HOME is not set"
                                    : "there is no bin/native-image in " + graalvm)
                            + ": it takes a GraalVM Community or Mandrel 25 in GRAALVM_HOME, and a C compiler with the headers of zlib");
        }
    }

    void ifStale(List<String> services) {
        var stale = stale(services);
        if (stale.isEmpty()) {
            return;
        }
        say.accept("Building executables, minutes each: " + String.join(", ", stale) + ".");
        for (var service : stale) {
            // From before: what is edited during the build may have come too late.
            var sources = sources(service);
            Build.executable(home, service, say);
            install(service);
            write(mark(service), sources);
        }
    }

    /** Takes what {@code target/} holds. Nobody knows of which sources that was made, so no mark says it. */
    void skip(List<String> services) {
        services.forEach(this::install);
    }

    private List<String> stale(List<String> services) {
        return services.stream().filter(service -> !isCurrent(service)).toList();
    }

    private boolean isCurrent(String service) {
        try {
            return Files.exists(mark(service))
                    && installed(service).isPresent()
                    && Files.readString(mark(service)).equals(sources(service));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String sources(String service) {
        return Fingerprint.of(home.root(), List.of("messaging", service));
    }

    private Path mark(String service) {
        return home.app().resolve("native-" + service);
    }

    private void install(String service) {
        var built = new Project(home.root(), true)
                .executable(service)
                .orElseThrow(() -> new Failure("no executable is built of " + service));
        var folder = home.app().resolve(service).resolve("target");
        try {
            Files.deleteIfExists(mark(service));
            Files.createDirectories(folder);
            for (var old = installed(service); old.isPresent(); old = installed(service)) {
                Files.delete(old.get());
            }
            // A copy: a build writes to the file itself, which cannot be while it runs.
            Files.copy(built, folder.resolve(built.getFileName().toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<Path> installed(String service) {
        return new Project(home.app(), true).executable(service);
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
