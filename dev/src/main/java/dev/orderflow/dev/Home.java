package dev.orderflow.dev;

import java.nio.file.Path;

/**
 * Where a checkout keeps what it runs with: {@code .orderflow} beside the sources, or the folder that the environment
 * variable {@code ORDERFLOW_HOME} names. Everything in it can be deleted while nothing runs.
 */
record Home(Path root, Path folder) {

    static Home of(Path root) {
        var named = System.getenv("ORDERFLOW_HOME");
        var folder = named == null || named.isBlank() ? root.resolve(".orderflow") : Path.of(named);
        return new Home(root, folder.toAbsolutePath().normalize());
    }

    /** What is fetched or unpacked once for a user, whatever he has checked out. */
    static Path cache() {
        var named = System.getenv("XDG_CACHE_HOME");
        return (named != null && !named.isEmpty() ? Path.of(named) : Path.of(System.getProperty("user.home"), ".cache"))
                .resolve("orderflow");
    }

    /** What was built, away from {@code target/}, so that a build does not disturb what runs. */
    Path app() {
        return folder.resolve("app");
    }

    Path data() {
        return folder.resolve("data");
    }

    Path mails() {
        return folder.resolve("mail");
    }

    /** What a Jaeger that shows the traces is told. */
    Path jaeger() {
        return folder.resolve("jaeger.yaml");
    }

    Path logs() {
        return folder.resolve("logs");
    }

    Path log(String part) {
        return logs().resolve(part + ".log");
    }

    /** Where the running supervisor is to be reached; there is one as long as it runs. */
    Path control() {
        return folder.resolve("control");
    }

    /** Stands in the command line of every JVM that belongs to this home. */
    String mark() {
        return "-Dorderflow.home=" + folder;
    }
}
