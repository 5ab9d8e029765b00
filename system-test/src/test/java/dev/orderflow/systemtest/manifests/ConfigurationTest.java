package dev.orderflow.systemtest.manifests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orderflow.dev.Layout;
import dev.orderflow.dev.Topics;
import dev.orderflow.systemtest.manifests.Manifests.Workload;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the manifests tell the services is what the services know, and what {@code ./run} tells them. */
class ConfigurationTest {

    private static final Layout LAYOUT = Layout.standard(0);

    /** Of Quarkus and the JVM themselves. */
    private static final Set<String> OTHERS = Set.of(
            "QUARKUS_INIT_AND_EXIT",
            "QUARKUS_FLYWAY_CONNECT_RETRIES",
            "QUARKUS_FLYWAY_CONNECT_RETRIES_INTERVAL",
            "JAVA_TOOL_OPTIONS");

    @BeforeAll
    static void findKubectl() {
        Kubectl.require();
    }

    @ParameterizedTest
    @EnumSource
    void setsNothingThatNobodyReads(Overlay overlay) {
        assertEquals(Set.of(), unknown(overlay.render()));
    }

    @Test
    void noticesAMisspeltKey() {
        var manifests = Overlay.LOCAL.render();
        manifests
                .of("ConfigMap")
                .filter(map -> Manifests.name(map).startsWith("common"))
                .forEach(map -> map.withObject("/data").put("DATABASE_HSOT", "postgres"));

        assertEquals(5, unknown(manifests).size());
    }

    @ParameterizedTest
    @EnumSource
    void saysWhereEverythingIsThatRunSaysItOf(Overlay overlay) {
        var manifests = overlay.render();
        for (var service : Layout.SERVICES) {
            var addresses = LAYOUT.properties(service).keySet().stream()
                    // Whose own addresses and whose standard ports are the same everywhere.
                    .filter(key -> !key.matches("quarkus\\.(http|management|grpc\\.server)\\..*"))
                    .filter(key -> !key.matches("quarkus\\.grpc\\.clients\\..*\\.port"))
                    .collect(Collectors.toSet());
            var missing = DeclaredProperties.variables(addresses);
            missing.removeAll(variables(manifests, manifests.workload(service)).keySet());
            assertEquals(Set.of(), missing, service);
        }
    }

    @ParameterizedTest
    @EnumSource
    void listensWhereTheServicesDo(Overlay overlay) {
        var manifests = overlay.render();
        for (var service : Layout.SERVICES) {
            var ports = new TreeMap<>(Map.of("http", LAYOUT.http(service), "management", LAYOUT.management(service)));
            if (LAYOUT.ports().containsKey(service + ".grpc")) {
                ports.put("grpc", LAYOUT.grpc(service));
            }
            assertEquals(ports, new TreeMap<>(manifests.workload(service).ports()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void givesTheServicesTheProjectsVersion(Overlay overlay) {
        overlay.render().workloads().filter(Workload::isService).forEach(service -> service.allContainers()
                .forEach(container -> assertTrue(
                        container
                                .path("image")
                                .asText()
                                .endsWith("/" + service.name() + ":" + System.getProperty("orderflow.version")),
                        container.path("image").asText())));
    }

    @ParameterizedTest
    @EnumSource
    void waitsForAServiceLongerThanItNeedsToEnd(Overlay overlay) {
        var manifests = overlay.render();
        manifests.workloads().filter(Workload::isService).forEach(service -> {
            var delay = duration(variables(manifests, service).getOrDefault("QUARKUS_SHUTDOWN_DELAY", "0s"));
            var drain = duration(DeclaredProperties.value(Overlay.ROOT, service.name(), "quarkus.shutdown.timeout"));
            var grace = Duration.ofSeconds(
                    service.pod().path("terminationGracePeriodSeconds").asLong());
            assertTrue(grace.compareTo(delay.plus(drain).plusSeconds(10)) > 0, service.title());
        });
    }

    @Test
    void migratesInTheInitContainerAlone() {
        Overlay.LOCAL.render().workloads().filter(Workload::isService).forEach(service -> {
            var migrates = service.allContainers()
                    .map(container -> Manifests.each(container.path("env"))
                            .filter(env -> env.path("name").asText().equals("QUARKUS_FLYWAY_MIGRATE_AT_START"))
                            .map(env -> container.path("name").asText() + "="
                                    + env.path("value").asText())
                            .findFirst()
                            .orElse("nothing"))
                    .collect(Collectors.toSet());
            assertEquals(Set.of("migration=true", "service=false"), migrates);
        });
    }

    @Test
    void declaresTheTopicsOfTheSystem() {
        var declared = Overlay.LOCAL
                .render()
                .of("ConfigMap")
                .filter(map -> Manifests.name(map).startsWith("topics"))
                .flatMap(map -> map.at("/data/topics.txt").asText().lines())
                .collect(Collectors.toCollection(TreeSet::new));

        assertEquals(
                Topics.all().stream()
                        .map(topic -> topic.name() + " " + topic.numPartitions())
                        .collect(Collectors.toCollection(TreeSet::new)),
                declared);
    }

    private static Set<String> unknown(Manifests manifests) {
        var unknown = new TreeSet<String>();
        manifests.workloads().filter(Workload::isService).forEach(service -> {
            var known = DeclaredProperties.variables(DeclaredProperties.of(Overlay.ROOT, service.name()));
            known.addAll(DeclaredProperties.variables(
                    LAYOUT.properties(service.name()).keySet()));
            known.addAll(OTHERS);
            variables(manifests, service).keySet().stream()
                    .filter(name -> !known.contains(name))
                    .forEach(name -> unknown.add(service.name() + ": " + name));
        });
        return unknown;
    }

    /** What a service's containers find in their environment; secrets by name only. */
    private static Map<String, String> variables(Manifests manifests, Workload service) {
        var variables = new TreeMap<String, String>();
        service.allContainers().forEach(container -> {
            Manifests.each(container.path("envFrom"))
                    .map(from -> from.at("/configMapRef/name").asText())
                    .forEach(name -> variables.putAll(
                            Manifests.strings(manifests.get("ConfigMap", name).path("data"))));
            Manifests.each(container.path("env"))
                    .forEach(env -> variables.put(
                            env.path("name").asText(), env.path("value").asText()));
        });
        return variables;
    }

    private static Duration duration(String seconds) {
        return Stream.of(seconds)
                .filter(text -> text.endsWith("s"))
                .map(text -> Duration.parse("PT" + text))
                .findFirst()
                .orElseThrow();
    }
}
