package dev.orderflow.dev;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What {@code ./run} does. It is started from its source, before anything is built; therefore it and all that it needs
 * use the JDK alone.
 */
final class Run {

    /** One runs already, or, when one is needed, none does. */
    private static final int STATE = 3;

    private final Home home;

    Run(Home home) {
        this.home = home;
    }

    static void main(String[] arguments) {
        try {
            System.exit(new Run(Home.of(Path.of(arguments[0])))
                    .execute(List.of(arguments).subList(1, arguments.length)));
        } catch (Failure failure) {
            System.err.println("run: " + failure.getMessage());
            System.exit(1);
        }
    }

    int execute(List<String> arguments) {
        var verb = arguments.isEmpty() ? "" : arguments.getFirst();
        var rest = arguments.isEmpty() ? arguments : arguments.subList(1, arguments.size());
        if (arguments.contains("--help") || arguments.contains("-h")) {
            return help();
        }
        return switch (verb) {
            case "stop" -> rest.isEmpty() ? stop() : ask("stop " + only(rest));
            case "start", "kill" -> ask(verb + " " + only(rest));
            case "status" -> ask(alone(verb, rest));
            case "logs" -> new Logs(home).show(rest);
            case "demo" -> demo(rest);
            case "bench" -> new Proof(home).bench(rest);
            case "faults" -> new Proof(home).faults(rest);
            default -> start(heeded(Options.parse(arguments, environment("ORDERFLOW_PORT_OFFSET"))));
        };
    }

    private int help() {
        try {
            System.out.print(Files.readString(home.root().resolve("dev").resolve("help.txt")));
            return 0;
        } catch (IOException e) {
            throw new Failure("cannot read the help: " + e.getMessage(), e);
        }
    }

    private static String alone(String verb, List<String> rest) {
        if (!rest.isEmpty()) {
            throw new Failure("what is %s? %s takes nothing more".formatted(rest.getFirst(), verb));
        }
        return verb;
    }

    private static String only(List<String> arguments) {
        if (arguments.size() != 1 || !arguments.getFirst().matches("[a-z]+")) {
            throw new Failure(
                    "which part? One of postgres, kafka, mail, traces, " + String.join(", ", Layout.SERVICES));
        }
        return arguments.getFirst();
    }

    private static String environment(String name) {
        return Optional.ofNullable(System.getenv(name)).orElse("");
    }

    private int ask(String command) {
        var control = Control.of(home);
        return control.isEmpty() ? absent("./run starts it") : send(control.get(), command);
    }

    private int absent(String hint) {
        if (Control.isAlive(home)) {
            System.out.println("orderflow runs but does not answer: try again, or end it with ./run stop");
            return 1;
        }
        var left = Leftovers.find(home).size();
        System.out.println(
                left == 0
                        ? "orderflow does not run; " + hint + "."
                        : "the supervisor was killed, " + left
                                + " processes still run: ./run takes their place, ./run stop ends them.");
        return STATE;
    }

    private int send(Control control, String command) {
        var code = control.send(command, System.out::println);
        if (code != Control.LOST) {
            return code;
        }
        awaitEnd(control);
        // One that ends in order takes this away last; a question that came meanwhile finds nobody to answer it.
        var killed = Files.exists(home.control());
        System.err.println(
                killed
                        ? "run: the supervisor was killed; the next ./run clears up and starts again."
                        : "run: orderflow has stopped meanwhile.");
        return killed ? 1 : STATE;
    }

    /** To stop what is not there is no mistake; what a killed run left is ended as well. */
    private int stop() {
        var control = Control.of(home);
        if (control.isPresent()) {
            var code = send(control.get(), "stop");
            awaitEnd(control.get());
            return code == STATE ? 0 : code;
        }
        System.out.println(Control.isAlive(home) ? "orderflow does not answer." : "orderflow does not run.");
        Leftovers.end(home, System.out::println);
        return 0;
    }

    /** It has stopped everything else and is about to go; when this returns, no process is left. */
    private static void awaitEnd(Control control) {
        ProcessHandle.of(control.pid()).ifPresent(supervisor -> Processes.awaitEnd(supervisor, Duration.ofSeconds(10)));
    }

    private int demo(List<String> arguments) {
        var control = Control.of(home);
        if (control.isEmpty()) {
            return absent("./run --detach starts it");
        }
        var offset = new ArrayList<String>();
        control.get().send("offset", offset::add);
        return new Demo(Layout.standard(Integer.parseInt(offset.getFirst()))).run(arguments);
    }

    /** Whoever names a collector sends the traces there, and would find a page of ours empty. */
    private static Options heeded(Options asked) {
        var endpoint = environment("OTEL_EXPORTER_OTLP_ENDPOINT");
        if (!asked.traces() || endpoint.isBlank()) {
            return asked;
        }
        System.out.println(
                "Traces go to " + endpoint + ", as OTEL_EXPORTER_OTLP_ENDPOINT says; --traces has no effect.");
        return asked.withoutTraces();
    }

    private int start(Options options) {
        try {
            Files.createDirectories(home.folder());
            // Held until the supervisor answers, so that two starts do not meet.
            try (var file = new RandomAccessFile(
                            home.folder().resolve("starting").toFile(), "rw");
                    var lock = file.getChannel().tryLock()) {
                if (lock == null || Control.of(home).isPresent() || Control.isAlive(home)) {
                    System.out.println("orderflow runs already: ./run status, ./run logs, ./run stop");
                    return STATE;
                }
                prepare(options);
                if (options.traces()) {
                    provide(Viewer.of(home));
                }
                launch(options);
            }
        } catch (IOException | OverlappingFileLockException e) {
            throw new Failure("cannot use " + home.folder() + ": " + e.getMessage(), e);
        }
        return follow(options);
    }

    private void prepare(Options options) {
        Leftovers.end(home, System.out::println);
        Requirements.check(home, options);
        build(options);
        if (options.fresh()) {
            Folders.delete(home.data());
            Folders.delete(home.mails());
        }
    }

    private static void provide(Viewer viewer) {
        if (viewer.isHere()) {
            return;
        }
        if (!environment("ORDERFLOW_SKIP_BUILD").isEmpty()) {
            throw new Failure("what shows traces is not here yet, and with ORDERFLOW_SKIP_BUILD nothing is fetched");
        }
        viewer.fetch(System.out::println);
    }

    private void build(Options options) {
        var jars = !options.serversOnly() && !options.executables();
        var modules = jars ? Build.SYSTEM : Build.SERVERS;
        var executables = new Executables(home, System.out::println);
        if (environment("ORDERFLOW_SKIP_BUILD").isEmpty()) {
            executables.check(options.executed(), environment("GRAALVM_HOME"));
            Build.ifStale(home, modules, System.out::println);
            executables.ifStale(options.executed());
        } else {
            Build.skip(home, modules);
            executables.skip(options.executed());
        }
    }

    private void launch(Options options) {
        try {
            Files.deleteIfExists(home.control());
            Files.deleteIfExists(home.log("run"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var built = new Project(home.app(), false);
        var command = new ArrayList<String>();
        command.addAll(List.of(
                Jvm.java(),
                home.mark(),
                "-Xmx64m",
                "-Xss512k",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                Jvm.classPath(built),
                "dev.orderflow.dev.Supervisor",
                home.root().toString(),
                home.folder().toString()));
        command.addAll(options.words());
        var supervisor = Processes.start(command, home.log("run"));
        Processes.await(supervisor, () -> Control.of(home).isPresent(), Duration.ofSeconds(30), home.log("run"));
    }

    private int follow(Options options) {
        System.out.println(
                options.serversOnly() ? "Starting the servers." : "Starting the servers, then the services.");
        var control = Control.of(home).orElseThrow(() -> new Failure("the supervisor ended: see " + home.log("run")));
        if (!options.attached()) {
            var code = send(control, "follow");
            if (code != 0) {
                awaitEnd(control);
            }
            return code;
        }
        // Ctrl-C, or the terminal's end. The lines about the stop still come through the attached line.
        var end = new Thread(() -> {
            control.send("stop", line -> {});
            awaitEnd(control);
        });
        Runtime.getRuntime().addShutdownHook(end);
        return send(control, "attach");
    }
}
