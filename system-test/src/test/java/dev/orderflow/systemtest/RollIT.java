package dev.orderflow.systemtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Services are told to end (SIGTERM) in the middle of a stream of orders, and started again: what each has under way it
 * brings to its end first, so nothing is even delivered or sent twice.
 */
@ExtendWith(OrderflowExtension.class)
class RollIT {

    private static final List<String> ROLLED = List.of("inventory", "order");

    private final Orderflow system;

    RollIT(Orderflow system) {
        this.system = system;
    }

    @Test
    void whatEndsInOrderRepeatsNothing() {
        system.awaitQuiet();
        Map<String, Integer> repeats = repeatsOnTopics();
        Map<String, Double> duplicates = new HashMap<>();
        Orderflow.SERVICES.forEach(service -> duplicates.put(service, counted(service, "inbox_duplicates_total")));
        try (var shoppers = new Shoppers(system, List.of(system.product("3.00", 100_000)), 4, System.nanoTime())) {
            for (var service : ROLLED) {
                shoppers.awaitMore(20);
                system.part(service).stop();
                system.start();
                duplicates.put(service, 0.0); // counted from its start
            }
            shoppers.awaitMore(20);
            shoppers.finish();
        }
        Invariants.check(system);

        assertEquals(repeats, repeatsOnTopics());
        Orderflow.SERVICES.forEach(
                service -> assertEquals(duplicates.get(service), counted(service, "inbox_duplicates_total"), service));
        ROLLED.forEach(service -> assertTrue(counted(service, "inbox_applied_total") > 0, service));
    }

    private Map<String, Integer> repeatsOnTopics() {
        Map<String, Integer> repeats = new HashMap<>();
        for (var service : List.of("order", "inventory", "fraud", "notification")) {
            var ids = new HashSet<String>();
            repeats.put(service, (int) system.topic(service).read().stream()
                    .filter(event -> !ids.add(event.id()))
                    .count());
        }
        return repeats;
    }

    /** Of all consumers together. */
    private double counted(String service, String metric) {
        return system.client()
                .get(system.management(service, "/q/metrics"))
                .text()
                .lines()
                .filter(line -> line.startsWith(metric + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }
}
