package dev.orderflow.dev;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A packaged service, in a JVM of its own or as an executable; it is ready when its readiness probe says so. */
public final class ServiceProcess extends Part {

    /** Measured: enough for thousands of orders, and five of them fit into a small machine. */
    private static final List<String> JVM = List.of(
            "-Xmx96m",
            "-Xss512k",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            // A service that lost a thread to a full heap would live on without it; ended, it is started again.
            "-XX:+ExitOnOutOfMemoryError");

    /** The young objects of an executable would take a third of the heap before they are collected for the first time. */
    private static final List<String> EXECUTABLE = List.of("-Xmx96m", "-Xmn8m", "-XX:+ExitOnOutOfMemoryError");

    private final Project project;
    private final Layout layout;
    private final Map<String, String> properties;

    /** With further properties, which win over those of the layout. */
    public ServiceProcess(Project project, String service, Path log, Layout layout, Map<String, String> further) {
        super(service, log);
        this.project = project;
        this.layout = layout;
        properties = new HashMap<>(layout.properties(service));
        properties.putAll(further);
    }

    public int httpPort() {
        return layout.http(name());
    }

    @Override
    List<String> prepare() {
        var options = new ArrayList<>(List.of(Jvm.mark()));
        options.addAll(project.executables() ? EXECUTABLE : JVM);
        new TreeMap<>(properties).forEach((name, value) -> options.add("-D" + name + "=" + value));
        return project.command(name(), options);
    }

    @Override
    boolean isReady(long pid) {
        return new ServiceProbe(layout.management(name())).isReady();
    }
}
