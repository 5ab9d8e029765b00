package dev.orderflow.dev;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A service in Quarkus' development mode: an edited class takes effect with the next request. */
public final class DevModeProcess extends Part {

    private final Path root;
    private final String mark;
    private final ServiceProbe probe;
    private final Map<String, String> properties;

    /**
     * With further properties, which win over those of the layout.
     *
     * @param mark stands in the command line of each JVM that comes of it, so that whoever cleans up finds them
     */
    public DevModeProcess(
            Path root, String mark, String service, Path log, Layout layout, Map<String, String> further) {
        super(service, log);
        this.root = root;
        this.mark = mark;
        probe = new ServiceProbe(layout.management(service));
        properties = new HashMap<>(layout.properties(service));
        properties.putAll(further);
    }

    @Override
    List<String> prepare() {
        return List.of(
                root.resolve("mvnw").toString(),
                // Maven's mark, and that of the JVM that it starts, which outlives a Maven that is killed.
                mark,
                "-Djvm.args=\"" + mark + "\"",
                "-B",
                "quarkus:dev",
                "-pl",
                name(),
                "-am",
                // Nobody sits at this terminal.
                "-Dquarkus.console.enabled=false");
    }

    /** Maven hands only some of its properties on to the service; the environment reaches it whole. */
    @Override
    Map<String, String> environment() {
        var environment = new TreeMap<String, String>();
        properties.forEach(
                (name, value) -> environment.put(name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_"), value));
        return environment;
    }

    @Override
    Path folder() {
        return root;
    }

    @Override
    boolean isReady(long pid) {
        return probe.isReady();
    }

    /** The first time Maven fetches what development mode needs. */
    @Override
    Duration patience() {
        return Duration.ofMinutes(10);
    }
}
