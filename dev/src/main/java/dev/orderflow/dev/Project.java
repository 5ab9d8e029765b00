package dev.orderflow.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * Where the checked-out project lies and what a build leaves in it.
 *
 * @param executables whether its services are started as native executables, and not in JVMs
 */
public record Project(Path root, boolean executables) {

    /**
     * The project around the working directory, or the one that the property {@code orderflow.root} names; with executables
     * where {@code orderflow.native} says so.
     */
    public static Project here() {
        return new Project(checkout(), Boolean.getBoolean("orderflow.native"));
    }

    private static Path checkout() {
        var named = System.getProperty("orderflow.root");
        if (named != null) {
            return Path.of(named);
        }
        for (var folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("mvnw")) && Files.exists(folder.resolve("dev/pom.xml"))) {
                return folder;
            }
        }
        throw new IllegalStateException("not inside orderflow: " + Path.of("").toAbsolutePath());
    }

    Path devClasses() {
        return root.resolve("dev/target/classes");
    }

    /** The servers' jars, copied there by the build of module {@code dev}. */
    Path devLibraries() {
        return root.resolve("dev/target/lib");
    }

    /** A folder per pair of servers, named after the build's process. */
    Path testServers() {
        return root.resolve("target/test-servers");
    }

    /** The command line that starts a packaged service in this project's form. */
    public List<String> command(String service, List<String> options) {
        return executables ? executable(service, options) : jar(service, options);
    }

    private List<String> executable(String service, List<String> options) {
        var file = executable(service)
                .orElseThrow(() -> new Failure(service + " is no executable yet: run ./mvnw -Dquick -Dnative package"));
        var command = new ArrayList<>(List.of(file.toString()));
        command.addAll(options);
        return command;
    }

    private List<String> jar(String service, List<String> options) {
        var jar = root.resolve(service).resolve("target/quarkus-app/quarkus-run.jar");
        if (!Files.exists(jar)) {
            throw new Failure(service + " is not packaged: run ./mvnw -Dquick package");
        }
        var command = new ArrayList<>(List.of(Jvm.java()));
        command.addAll(options);
        command.addAll(List.of("-jar", jar.toString()));
        return command;
    }

    /** A service's native executable, the latest when a version was left behind, if one was built. */
    Optional<Path> executable(String service) {
        var folder = root.resolve(service).resolve("target");
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (var found = Files.newDirectoryStream(folder, "orderflow-" + service + "-*-runner")) {
            return StreamSupport.stream(found.spliterator(), false)
                    .max(Comparator.comparing(file -> file.toFile().lastModified()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
