package dev.orderflow.dev;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the checked-out project lies and what a build leaves in it. */
public record Project(Path root) {

    /** The project around the working directory, or the one that the property {@code orderflow.root} names. */
    public static Project here() {
        var named = System.getProperty("orderflow.root");
        if (named != null) {
            return new Project(Path.of(named));
        }
        for (var folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("mvnw")) && Files.exists(folder.resolve("dev/pom.xml"))) {
                return new Project(folder);
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

    /** A folder per build, named after its process. */
    Path testServers() {
        return root.resolve("target/test-servers");
    }

    /** The folder of a packaged service. */
    public Path packaged(String service) {
        return root.resolve(service).resolve("target/quarkus-app");
    }
}
