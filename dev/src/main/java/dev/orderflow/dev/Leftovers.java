package dev.orderflow.dev;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Finds what a killed run left behind. Every JVM of a home carries its mark in the command line, PostgreSQL the path of
 * its data, and Jaeger that of its configuration, so nothing has to be recorded, and a process that merely got an old
 * number is never touched.
 */
final class Leftovers {

    private Leftovers() {}

    static void end(Home home, Consumer<String> say) {
        var left = withDescendants(find(home));
        if (left.isEmpty()) {
            return;
        }
        say.accept("Ending what a killed run has left: " + left.size() + " processes.");
        // First whoever would start the others again.
        left.stream().filter(process -> supervises(process, home)).forEach(ProcessHandle::destroyForcibly);
        for (var process : left) {
            Processes.signal(process.pid(), isPostgres(process) ? "INT" : "TERM");
        }
        for (var process : left) {
            Processes.awaitEnd(process, Duration.ofSeconds(10));
        }
        find(home).forEach(Processes::kill);
    }

    /** What a process has started need not bear the mark itself, and is nobody's child once that process has ended. */
    private static List<ProcessHandle> withDescendants(List<ProcessHandle> processes) {
        return processes.stream()
                .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()))
                .distinct()
                // The server ends its own processes; it would take it for a crash if somebody else did.
                .filter(process -> !commandLine(process).startsWith("postgres: "))
                .toList();
    }

    static List<ProcessHandle> find(Home home) {
        return ProcessHandle.allProcesses()
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .filter(process -> belongs(commandLine(process), home))
                .toList();
    }

    static boolean belongs(String commandLine, Home home) {
        var isServer = commandLine.matches(".*/bin/(postgres|initdb) .*");
        var isJaeger = commandLine.matches(".*/jaeger --config .*");
        // The mark may be the last word.
        return (commandLine + " ").contains(" " + home.mark() + " ")
                || (isServer && commandLine.contains(home.data() + "/postgres/"))
                || (isJaeger && commandLine.endsWith(" " + home.jaeger()));
    }

    static boolean supervises(ProcessHandle process, Home home) {
        var commandLine = commandLine(process);
        return belongs(commandLine, home) && commandLine.contains(" dev.orderflow.dev.Supervisor ");
    }

    private static boolean isPostgres(ProcessHandle process) {
        return commandLine(process).contains("/bin/postgres ");
    }

    private static String commandLine(ProcessHandle process) {
        return process.info().commandLine().orElse("");
    }
}
