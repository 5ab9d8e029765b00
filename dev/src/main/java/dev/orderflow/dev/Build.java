package dev.orderflow.dev;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Builds what runs, when the sources have changed since the last time, and keeps it apart from {@code target/}. Without
 * a change nothing is built and nothing is fetched.
 */
final class Build {

    private static final Pattern MODULE =
            Pattern.compile("\\[INFO] Building orderflow ?(\\S*) \\S+ +\\[(\\d+)/(\\d+)]");

    /** What native-image says of its own steps. */
    private static final Pattern STEP = Pattern.compile("\\[(\\d/\\d)] ([A-Za-z ]+)\\.\\.\\.");

    /** Longer silence looks like a hang. */
    static final Duration SILENCE = Duration.ofSeconds(5);

    /** What the servers need. */
    static final List<String> SERVERS = List.of("dev");

    /** What the whole system needs. */
    static final List<String> SYSTEM =
            List.of("dev", "messaging", "order", "inventory", "notification", "fraud", "analytics");

    private final Home home;
    private final List<String> modules;
    private final Consumer<String> say;
    private final Instant start = Instant.now();
    private final List<String> mistakes = new ArrayList<>();
    private int fetched;
    private String step = "starting Maven";
    private Instant lastSaid = start;

    private Build(Home home, List<String> modules, Consumer<String> say) {
        this.home = home;
        this.modules = modules;
        this.say = say;
    }

    /** What is edited while it is built may have come too late; therefore the marks name the sources from before. */
    static void ifStale(Home home, List<String> modules, Consumer<String> say) {
        var fingerprint = Fingerprint.of(home.root(), modules);
        var ofServers = Fingerprint.of(home.root(), SERVERS);
        var mark = mark(home, modules);
        try {
            if (Files.exists(mark) && Files.readString(mark).equals(fingerprint)) {
                return;
            }
            say.accept("Building what has changed; the first time everything that is needed is fetched.");
            var build = new Build(home, modules, say);
            build.run(List.of());
            build.install();
            Files.writeString(mark, fingerprint);
            Files.writeString(mark(home, SERVERS), ofServers);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes what {@code target/} holds. Nobody knows of which sources that was made, so no mark says it. */
    static void skip(Home home, List<String> modules) {
        try {
            new Build(home, modules, line -> {}).install();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes one service's native executable below {@code target/}. */
    static void executable(Home home, String service, Consumer<String> say) {
        try {
            new Build(home, List.of(service), say).run(List.of("-Dnative"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path mark(Home home, List<String> modules) {
        return home.app().resolve("built-" + String.join("-", modules));
    }

    private void run(List<String> further) throws IOException {
        Files.createDirectories(home.logs());
        var words = new ArrayList<>(List.of(
                home.root().resolve("mvnw").toString(),
                home.mark(), // when this process is killed, the next run ends Maven before it builds again
                "-B",
                "-Dstyle.color=never",
                "-Dquick",
                "package",
                "-pl",
                String.join(",", modules),
                "-am"));
        words.addAll(further);
        var command = new ProcessBuilder(words).directory(home.root().toFile()).redirectErrorStream(true);
        command.environment().put("ORDERFLOW_TRANSFERS", "shown");
        var process = command.start();
        process.getOutputStream().close();
        var end = new Thread(process::destroy); // Ctrl-C
        Runtime.getRuntime().addShutdownHook(end);
        Thread.startVirtualThread(() -> breakSilence(process));
        try (var said = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
                var log = new PrintWriter(Files.newBufferedWriter(home.log("build")))) {
            for (var line = said.readLine(); line != null; line = said.readLine()) {
                log.println(line);
                read(line);
            }
        }
        var code = process.onExit().join().exitValue();
        Runtime.getRuntime().removeShutdownHook(end);
        if (code != 0) {
            throw new Failure("the build failed; all of its output is in " + home.log("build") + "\n"
                    + String.join("\n", mistakes.subList(0, Math.min(8, mistakes.size()))));
        }
        say("built");
    }

    private synchronized void read(String line) {
        if (line.startsWith("Downloaded from ") || line.startsWith("[INFO] Downloaded from ")) {
            fetched++;
        } else if (line.startsWith("[ERROR]") || line.startsWith("mvnw: ")) {
            mistakes.add(line);
        }
        var module = MODULE.matcher(line);
        if (module.find()) {
            var name = module.group(1).isEmpty() ? "orderflow" : module.group(1);
            step = module.group(2) + "/" + module.group(3) + " " + name;
            say(step);
        }
        var part = STEP.matcher(line);
        if (part.lookingAt()) {
            step = modules.getFirst() + " " + part.group(1) + " "
                    + part.group(2).strip();
            say(step);
        }
    }

    private void breakSilence(Process process) {
        while (!Processes.endsWithin(process.toHandle(), Duration.ofMillis(200))) {
            synchronized (this) {
                if (Duration.between(lastSaid, Instant.now()).compareTo(SILENCE) >= 0 && process.isAlive()) {
                    say(step + " ...");
                }
            }
        }
    }

    private synchronized void say(String what) {
        lastSaid = Instant.now();
        var seconds = Duration.between(start, lastSaid).toSeconds();
        var files = fetched == 0 ? "" : "  (" + fetched + " files fetched)";
        say.accept("%4d s  %s%s".formatted(seconds, what, files));
    }

    /** A half-installed application has no mark and is made again. */
    private void install() throws IOException {
        try (var marks = Files.newDirectoryStream(Files.createDirectories(home.app()), "built-*")) {
            for (var mark : marks) {
                Files.delete(mark);
            }
        }
        for (var module : modules) {
            var parts =
                    switch (module) {
                        case "dev" -> List.of("classes", "lib");
                        case "messaging" -> List.<String>of();
                        default -> List.of("quarkus-app");
                    };
            for (var part : parts) {
                var built = Path.of(module, "target", part);
                Folders.delete(home.app().resolve(built));
                copy(home.root().resolve(built), home.app().resolve(built));
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        if (!Files.isDirectory(from)) {
            throw new Failure("nothing is built in " + from);
        }
        try (Stream<Path> files = Files.walk(from)) {
            for (var file : (Iterable<Path>) files::iterator) {
                var copy = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    link(file, copy);
                }
            }
        }
    }

    /** Jars are replaced by a build and never written again, so a second name for the same bytes is enough. */
    private static void link(Path file, Path copy) throws IOException {
        if (file.toString().endsWith(".jar")) {
            try {
                Files.createLink(copy, file);
                return;
            } catch (IOException | UnsupportedOperationException noLinks) {
                // Another file system, or one without links: the bytes are copied below, which only takes longer.
            }
        }
        Files.copy(file, copy);
    }
}
