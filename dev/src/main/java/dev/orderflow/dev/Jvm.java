package dev.orderflow.dev;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Commands that start one of this module's programs in a JVM of its own. */
final class Jvm {

    private Jvm() {}

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    static String classPath(Project project) {
        return project.devClasses() + File.pathSeparator + project.devLibraries() + File.separator + "*";
    }

    /** What tells the JVMs of one home from all others; the supervisor has it and hands it on. */
    static String mark() {
        return "-Dorderflow.home=" + System.getProperty("orderflow.home", "none");
    }

    static List<String> command(Project project, List<String> options, Class<?> program, String... arguments) {
        return command(classPath(project), options, program, arguments);
    }

    static List<String> command(String classPath, List<String> options, Class<?> program, String... arguments) {
        var command = new ArrayList<String>();
        command.add(java());
        command.add(mark());
        command.addAll(options);
        command.add("-cp");
        command.add(classPath);
        command.add(program.getName());
        command.addAll(List.of(arguments));
        return command;
    }
}
