package dev.orderflow.systemtest;

import static dev.orderflow.systemtest.Orderflow.order;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** All that was ever published is delivered to everybody once more: nothing changes. */
@ExtendWith(OrderflowExtension.class)
class ReplayIT {

    /** What must be the same afterwards, by service: all that is not about the deliveries themselves. */
    private static final Map<String, List<String>> TABLES = Map.of(
            "order", List.of("orders", "order_lines", "order_contacts", "order_claims"),
            "inventory", List.of("products", "reservations", "reservation_lines"),
            "fraud", List.of("assessments", "customers", "contact_customers"),
            "notification", List.of("notification"),
            "analytics", List.of("events", "minutes", "totals", "products", "product_revenues"));

    private final Orderflow system;

    ReplayIT(Orderflow system) {
        this.system = system;
    }

    @Test
    void replayOfAllTopicsChangesNothing() {
        var product = system.product("5.00", 100);
        for (int n = 0; n < 5; n++) {
            system.placed(order("customer-" + UUID.randomUUID(), product, 1));
        }
        system.placed(order("customer-" + UUID.randomUUID(), system.product("12000.00", 1), 1));
        Invariants.check(system);
        var before = snapshot();
        int mails = system.mails().all().size();
        Orderflow.SERVICES.forEach(service -> system.part(service).stop());
        long replayed =
                Orderflow.SERVICES.stream().mapToLong(system.groups()::rewind).sum();

        system.start();

        Invariants.check(system);
        System.out.println(replayed + " records were delivered once more");
        var after = snapshot();
        before.forEach((table, rows) -> assertEquals(rows, after.get(table), table));
        assertEquals(mails, system.mails().all().size());
    }

    private Map<String, String> snapshot() {
        var all = new HashMap<String, String>();
        TABLES.forEach((service, tables) -> {
            for (var table : tables) {
                all.put(
                        service + "." + table,
                        system.database(service)
                                .rows("select coalesce(string_agg(t::text, chr(10) order by t::text), '') as rows from "
                                        + table + " t")
                                .getFirst()
                                .text("rows"));
            }
        });
        return all;
    }
}
