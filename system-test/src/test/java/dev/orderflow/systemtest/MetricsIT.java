package dev.orderflow.systemtest;

import static dev.orderflow.dev.TestPatience.await;
import static dev.orderflow.systemtest.Orderflow.order;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orderflow.dev.Project;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What an operator is promised to see of running services. */
@ExtendWith(OrderflowExtension.class)
class MetricsIT {

    private static final Pattern ROW = Pattern.compile("^\\| (`[a-z]+\\.[a-z.]+`(?:, `[a-z]+\\.[a-z.]+`)*) \\|");
    private static final Pattern NAME = Pattern.compile("`([a-z.]+)`");
    private static final Pattern ALERTED = Pattern.compile("\\b(?:outbox|inbox|order|inventory)_[a-z_]+\\b");
    private static final Pattern SAMPLE = Pattern.compile("(?m)^([a-z_]+)[{ ]");
    private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE ([a-z_]+) ");

    private final Orderflow system;

    MetricsIT(Orderflow system) {
        this.system = system;
    }

    /** Some are there only when the first event has been read. */
    @BeforeEach
    void somethingHappens() {
        var id = system.placed(order("customer-" + UUID.randomUUID(), system.product("5.00", 10), 1));
        system.awaitState(id, "CONFIRMED");
    }

    @Test
    void everyMetricOfTheReadmeIsThere() throws IOException {
        var promised = promised();
        assertTrue(promised.size() >= 20, promised::toString);

        awaitAll(promised);
    }

    /** An alert on a name that nobody has never goes off. */
    @Test
    void everyMetricOfTheAlertsIsThere() throws IOException {
        var alerts = Files.readString(Project.here().root().resolve("k8s/overlays/local/platform/alerts.yaml"));
        var alerted = ALERTED.matcher(alerts).results().map(MatchResult::group).toList();
        assertTrue(alerted.size() >= 7, alerted::toString);

        awaitAll(alerted);
    }

    private void awaitAll(List<String> metrics) {
        for (var service : Orderflow.SERVICES) {
            await(service).untilAsserted(() -> {
                var missing = new TreeSet<>(
                        metrics.stream().filter(name -> isOf(service, name)).toList());
                missing.removeAll(names(service));
                assertEquals(new TreeSet<>(), missing, service);
            });
        }
    }

    @Test
    void everyServiceTellsWhichBuildItIs() {
        for (var service : Orderflow.SERVICES) {
            var info = system.client().get(system.management(service, "/q/info"));

            assertEquals(200, info.status(), service);
            assertFalse(info.json().at("/build/version").isMissingNode(), info::text);
        }
    }

    /** Those that begin with a service's name are its own; all others are in every one. */
    private static boolean isOf(String service, String name) {
        var owner = name.substring(0, name.indexOf('_'));
        return owner.equals(service) || !Orderflow.SERVICES.contains(owner);
    }

    private static List<String> promised() throws IOException {
        return Files.readString(Project.here().root().resolve("README.md"))
                .lines()
                .dropWhile(line -> !line.equals("| metric | meaning |"))
                .takeWhile(line -> line.startsWith("|"))
                .map(ROW::matcher)
                .filter(row -> row.find())
                .flatMap(row -> NAME.matcher(row.group(1)).results())
                .map(name -> name.group(1).replace('.', '_'))
                .toList();
    }

    /** As they are called in the README, without what the format adds. */
    private List<String> names(String service) {
        var metrics =
                system.client().get(system.management(service, "/q/metrics")).text();
        return Stream.concat(
                        TYPE.matcher(metrics).results(), SAMPLE.matcher(metrics).results())
                .map(found -> found.group(1))
                .flatMap(name -> Stream.of(name, name.replaceFirst("(_seconds|_total|_bytes)$", "")))
                .toList();
    }
}
