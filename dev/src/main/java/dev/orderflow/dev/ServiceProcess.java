package dev.orderflow.dev;

import java.nio.file.Files;
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

    private static final List<String> EXECUTABLE = List.of("-Xmx96m", "-XX:+ExitOnOutOfMemoryError");

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
        return project.executables() ? executable() : jar();
    }

    private List<String> executable() {
        var file = project.executable(name())
                .orElseThrow(() -> new Failure(name() + " is no executable yet: run ./mvnw -Dquick -Dnative package"));
        var command = new ArrayList<String>();
        command.add(file.toString());
        command.add(Jvm.mark());
        command.addAll(EXECUTABLE);
        command.addAll(settings());
        return command;
    }

    private List<String> jar() {
        var jar = project.jar(name());
        if (!Files.exists(jar)) {
            throw new Failure(name() + " is not packaged: run ./mvnw -Dquick package");
        }
        var command = new ArrayList<String>();
        command.add(Jvm.java());
        command.add(Jvm.mark());
        command.addAll(JVM);
        command.addAll(settings());
        command.add("-jar");
        command.add(jar.toString());
        return command;
    }

    private List<String> settings() {
        return new TreeMap<>(properties)
                .entrySet().stream()
                        .map(property -> "-D" + property.getKey() + "=" + property.getValue())
                        .toList();
    }

    @Override
    boolean isReady(long pid) {
        return new ServiceProbe(layout.management(name())).isReady();
    }
}
