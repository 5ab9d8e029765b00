package dev.orderflow.systemtest;

import static dev.orderflow.systemtest.Orderflow.order;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Kafka is not on the critical path. */
@ExtendWith(OrderflowExtension.class)
class KafkaOutageIT {

    private final Orderflow system;

    KafkaOutageIT(Orderflow system) {
        this.system = system;
    }

    @Test
    void ordersAreAcceptedWithoutKafkaAndFollowWhenItIsBack() {
        var product = system.product("5.00", 100);
        var orders = new ArrayList<String>();
        system.part("kafka").stop();

        for (int n = 0; n < 5; n++) {
            orders.add(placed(product));
        }
        system.part("order").stop();
        system.part("order").start(); // Ready, although there is no Kafka.
        for (int n = 0; n < 5; n++) {
            orders.add(placed(product));
        }

        assertEquals(
                List.of("PENDING"),
                orders.stream().map(system::state).distinct().toList());
        assertEquals(
                200,
                system.client()
                        .get(system.management("order", "/q/health/ready"))
                        .status());
        system.part("kafka").start();
        orders.forEach(id -> system.awaitState(id, "CONFIRMED"));
        Invariants.check(system);
        assertEquals(90, system.stock(product).get("on_hand").asLong());
    }

    private String placed(String product) {
        return system.placed(order("customer-" + UUID.randomUUID(), product, 1));
    }
}
