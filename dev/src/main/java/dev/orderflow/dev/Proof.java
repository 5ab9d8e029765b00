package dev.orderflow.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Measures messaging, or lets faults befall it: both are test code, and are built and run like tests but in a process of
 * their own. They bring their own servers, so that nothing else has to run, and when something is measured nothing should.
 */
final class Proof {

    private static final String MODULE = "messaging";
    private static final String PACKAGE = "dev.orderflow.messaging.";

    private final Home home;

    Proof(Home home) {
        this.home = home;
    }

    /** Figures of one module. */
    int bench(List<String> arguments) {
        if (arguments.isEmpty() || !arguments.getFirst().equals(MODULE)) {
            throw new Failure("bench what? ./run bench " + MODULE);
        }
        check(arguments.subList(1, arguments.size()), Map.of("--runs", Flags.NUMBER, "--smoke", Flags.NOTHING));
        var all = new ArrayList<>(List.of("--json", report().toString()));
        all.addAll(arguments.subList(1, arguments.size()));
        return run("Bench", all);
    }

    /** Faults for some minutes, and whether everything was as it should be in the end. */
    int faults(List<String> arguments) {
        check(arguments, Map.of("--minutes", "\\d{1,4}(\\.\\d{1,3})?", "--seed", "\\d{1,18}"));
        return run("Faults", arguments);
    }

    /** Before anything is built for them. */
    private static void check(List<String> arguments, Map<String, String> known) {
        var unused = new Flags(arguments, known);
    }

    private Path report() {
        try {
            return Files.createDirectories(home.folder().resolve("bench")).resolve(MODULE + ".json");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int run(String program, List<String> arguments) {
        try {
            System.out.println("Building; then nothing else should run on this machine.");
            build();
            return start(PACKAGE + program, arguments);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private void build() throws IOException, InterruptedException {
        Files.createDirectories(home.logs());
        var log = home.log("build");
        var command = List.of(
                home.root().resolve("mvnw").toString(),
                "-B",
                "test-compile",
                "dependency:build-classpath",
                "-Dmdep.outputFile=target/test.classpath",
                "-Dmdep.includeScope=test",
                "-pl",
                MODULE,
                "-am");
        var build = new ProcessBuilder(command)
                .directory(home.root().toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        if (ended(build) != 0) {
            throw new Failure("the build failed; all of its output is in " + log);
        }
    }

    private int start(String program, List<String> arguments) throws IOException, InterruptedException {
        var target = home.root().resolve(MODULE).resolve("target");
        var classPath = String.join(
                ":",
                target.resolve("test-classes").toString(),
                target.resolve("classes").toString(),
                Files.readString(target.resolve("test.classpath")).strip());
        var command = new ArrayList<>(List.of(
                Jvm.java(),
                home.mark(),
                "-Dorderflow.root=" + home.root(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                classPath,
                program));
        command.addAll(arguments);
        return ended(new ProcessBuilder(command).directory(home.root().toFile()).inheritIO());
    }

    /** It ends with this one, as after Ctrl-C. */
    private static int ended(ProcessBuilder command) throws IOException, InterruptedException {
        var process = command.start();
        var end = new Thread(process::destroy);
        Runtime.getRuntime().addShutdownHook(end);
        var code = process.waitFor();
        try {
            Runtime.getRuntime().removeShutdownHook(end);
        } catch (IllegalStateException interrupted) {
            return code; // this one ends, too
        }
        return code;
    }
}
