package dev.orderflow.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** Starting, signalling and ending processes, on Linux and macOS alike. */
final class Processes {

    private Processes() {}

    /** Starts it without input and with everything that it says appended to the log. */
    static Process start(List<String> command, Path log) {
        return start(command, log, Path.of(""), Map.of());
    }

    static Process start(List<String> command, Path log, Path folder, Map<String, String> environment) {
        try {
            Files.createDirectories(log.toAbsolutePath().getParent());
            var builder = new ProcessBuilder(command);
            builder.environment().putAll(environment);
            return builder.directory(folder.toAbsolutePath().toFile())
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs it to its end with the text as input; what it said is the failure's message when it does not end with 0. */
    static String run(List<String> command, String input) {
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            try (var stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException closed) {
                // It has ended without reading all; its exit code tells.
            }
            var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new Failure(command.getFirst() + " failed: " + said.strip());
            }
            return said;
        } catch (IOException e) {
            throw new Failure("cannot run " + command.getFirst() + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    static boolean succeeds(String... command) {
        try {
            run(List.of(command), "");
            return true;
        } catch (Failure failure) {
            return false;
        }
    }

    /** Sends a signal, for those that {@link ProcessHandle} cannot send; every shell has `kill`. */
    static void signal(long pid, String name) {
        succeeds("sh", "-c", "kill -" + name + " " + pid);
    }

    /** Waits for the fact, for as long as the process that brings it about is alive. */
    static void await(Process process, BooleanSupplier fact, Duration patience, Path log) {
        var end = Instant.now().plus(patience);
        while (!fact.getAsBoolean()) {
            if (!process.isAlive()) {
                throw new Failure("ended with exit code " + process.exitValue()
                        + " before it was ready; its last words in " + log + ":\n" + lastWords(log, 15));
            }
            if (Instant.now().isAfter(end)) {
                throw new Failure("not ready after " + patience.toSeconds() + " s; its last words in " + log + ":\n"
                        + lastWords(log, 15));
            }
            endsWithin(process.toHandle(), Duration.ofMillis(50));
        }
    }

    /** Waits for the end of the process; kills it when patience ends first. */
    static void awaitEnd(ProcessHandle process, Duration patience) {
        var end = Instant.now().plus(patience);
        while (!isGone(process)) {
            if (Instant.now().isAfter(end)) {
                process.destroyForcibly();
            }
            endsWithin(process, Duration.ofMillis(100)); // one that nobody asks for has no end that could be waited for
        }
    }

    /** Waits for its end, but no longer than that. */
    static boolean endsWithin(ProcessHandle process, Duration time) {
        try {
            process.onExit().get(time.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException running) {
            return false;
        } catch (ExecutionException | InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /**
     * Whether it does nothing any more. A dead process stays in the table until its parent asks for it, and the first
     * process of a container often never does; waiting for such a one would take for ever.
     */
    static boolean isGone(ProcessHandle process) {
        if (!process.isAlive()) {
            return true;
        }
        try {
            var stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
            // The name before the state may contain anything, parentheses included.
            return stat.startsWith("Z", stat.lastIndexOf(')') + 2);
        } catch (IOException otherSystem) {
            return !process.isAlive();
        }
    }

    /** Kills it and all that it has started, and waits until they are gone. */
    static void kill(ProcessHandle process) {
        var children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        awaitEnd(process, Duration.ZERO);
        children.forEach(child -> awaitEnd(child, Duration.ZERO));
    }

    /** The end of the log without the frames of stack traces, which bury the reasons. */
    static String lastWords(Path log, int lines) {
        var all = tail(log, 400)
                .lines()
                .filter(line -> !line.matches("\\s+(at |\\.\\.\\. \\d+ more).*"))
                .toList();
        return String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size()));
    }

    static String tail(Path log, int lines) {
        try (var file = Files.newByteChannel(log)) {
            var start = Math.max(0, file.size() - 65_536);
            file.position(start);
            var buffer = java.nio.ByteBuffer.allocate((int) (file.size() - start));
            while (buffer.hasRemaining() && file.read(buffer) >= 0) {}
            var all = new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            return String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size()));
        } catch (IOException e) {
            return "(no log)";
        }
    }

    /**
     * Between two looks at what tells nobody when it changes: a port, a log, a process that is somebody else's child. Who
     * looks decides by what he sees and never by the time that has passed.
     */
    static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
