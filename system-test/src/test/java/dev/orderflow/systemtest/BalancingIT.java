package dev.orderflow.systemtest;

import static dev.orderflow.dev.TestPatience.await;
import static dev.orderflow.systemtest.Orderflow.PATIENCE;
import static dev.orderflow.systemtest.Orderflow.order;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orderflow.dev.Layout;
import dev.orderflow.dev.Part;
import dev.orderflow.dev.ServiceProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Several inventories under one name, as behind a headless Service: order's calls go to each in turn, to a new one soon,
 * and to one that has left not any more, without an order lost on the way.
 */
@EnabledOnOs(value = OS.LINUX, disabledReason = "elsewhere only 127.0.0.1 is there to be listened on")
@ExtendWith(OrderflowExtension.class)
class BalancingIT {

    private static final String NAME = "inventory.test";
    private static final String FIRST = "127.0.0.1";
    private static final Pattern RESERVED =
            Pattern.compile("(?m)^inventory_decisions_total\\{[^}]*input=\"Reserve\"[^}]*} (\\S+)");

    private final Orderflow system;
    private final Path names = Path.of("target", "system", "names").toAbsolutePath();
    private final List<Part> started = new ArrayList<>();

    /** Where the replica at an address tells its metrics. */
    private final Map<String, URI> replicas = new HashMap<>();

    /** Bodies of the answers that are no order: none is expected. */
    private final List<String> refusals = new ArrayList<>();

    private URI orders = URI.create("http://localhost");
    private String product = "";

    BalancingIT(Orderflow system) {
        this.system = system;
    }

    @BeforeEach
    void oneReplica() throws IOException {
        replicas.put(FIRST, system.management("inventory", "/q/metrics"));
        resolve(FIRST);
        var layout = beside("order");
        var settings = system.settings("order");
        settings.put("quarkus.grpc.clients.inventory.host", NAME);
        settings.put("jdk.net.hosts.file", names.toString());
        // As in the images.
        settings.put("sun.net.inetaddr.ttl", "1");
        settings.put("networkaddress.cache.ttl", "1");
        start(new ServiceProcess(system.project(), "order", log("order"), layout, settings));
        orders = URI.create("http://localhost:" + layout.http("order") + "/api/v1/orders");
        product = system.product("1.00", 100_000);
    }

    @AfterEach
    void stop() {
        started.reversed().forEach(Part::stop);
    }

    @Test
    void callsGoToWhoeverIsThere() throws IOException {
        placeSome();
        replica("127.0.0.2");
        var leaving = replica("127.0.0.3");

        resolve(FIRST, "127.0.0.2", "127.0.0.3");
        var known = Instant.now();
        await("every replica is called").atMost(PATIENCE).until(() -> {
            placeSome();
            return replicas.values().stream().allMatch(replica -> reserved(replica) > 0);
        });
        System.out.printf(
                "new replicas were called after %d ms%n",
                Duration.between(known, Instant.now()).toMillis());

        var before = counts();
        for (int round = 0; round < 9; round++) {
            placeSome();
        }
        counts().forEach((address, after) -> assertTrue(
                after - before.getOrDefault(address, 0L) >= 15, address + " of " + before + " to " + counts()));

        resolve(FIRST, "127.0.0.2");
        var going = Thread.ofVirtual().start(leaving::stop);
        await("it says that it leaves, while it still answers")
                .atMost(PATIENCE)
                .until(() -> system.client().get(readiness("127.0.0.3")).status() == 503);
        do {
            placeSome();
        } while (going.isAlive());
        placeSome();
        assertEquals(List.of(), refusals);
        Invariants.check(system);
    }

    /** Ten orders, one after the other. */
    private void placeSome() {
        for (int i = 0; i < 10; i++) {
            var reply = system.client()
                    .post(
                            orders,
                            order("balanced-" + UUID.randomUUID(), product, 1),
                            Map.of("Idempotency-Key", UUID.randomUUID().toString()));
            if (reply.status() != 201) {
                refusals.add(reply.text());
            }
        }
    }

    private Map<String, Long> counts() {
        var counts = new HashMap<String, Long>();
        replicas.forEach((address, metrics) -> counts.put(address, reserved(metrics)));
        return counts;
    }

    private long reserved(URI metrics) {
        return RESERVED.matcher(system.client().get(metrics).text())
                .results()
                .mapToLong(count -> (long) Double.parseDouble(count.group(1)))
                .sum();
    }

    private URI readiness(String address) {
        return Objects.requireNonNull(replicas.get(address)).resolve("/q/health/ready");
    }

    private Part replica(String address) {
        var layout = beside("inventory");
        var settings = system.settings("inventory");
        settings.put("quarkus.grpc.server.host", address);
        settings.put("quarkus.shutdown.delay", "2s"); // as where somebody looks at the readiness
        var replica = new ServiceProcess(system.project(), "inventory", log("inventory-" + address), layout, settings);
        start(replica);
        replicas.put(address, URI.create("http://localhost:" + layout.management("inventory") + "/q/metrics"));
        return replica;
    }

    private void start(Part part) {
        started.add(part);
        part.start();
    }

    /** The system's ports but those of the service, which has another process of it beside it. */
    private Layout beside(String service) {
        var ports = new HashMap<>(system.layout().ports());
        var free = Layout.random();
        Stream.of(".http", ".management")
                .map(service::concat)
                .forEach(port -> ports.put(port, free.ports().get(port)));
        if (service.equals("order")) {
            ports.put("order.grpc", free.grpc("order"));
        }
        return new Layout(ports);
    }

    private static Path log(String part) {
        return Path.of("target", "system", "balancing-" + part + ".log");
    }

    /** From now on the name stands for these addresses. */
    private void resolve(String... addresses) throws IOException {
        var text = new StringBuilder("127.0.0.1 localhost\n");
        for (var address : addresses) {
            text.append(address).append(' ').append(NAME).append('\n');
        }
        var next = names.resolveSibling("names.next");
        Files.writeString(next, text);
        Files.move(next, names, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
