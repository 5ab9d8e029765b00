package dev.orderflow.fraud;

import dev.orderflow.fraud.domain.Assessment;
import dev.orderflow.fraud.domain.FraudRules;
import dev.orderflow.fraud.domain.KnownCustomers;
import dev.orderflow.fraud.domain.OrderFacts;
import dev.orderflow.fraud.domain.OrderInput;
import dev.orderflow.fraud.domain.OrderState;
import dev.orderflow.messaging.Cause;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Applies a batch of events in memory, one after the other, and collects what has to be stored, so that storing takes a
 * few statements whatever the size of the batch.
 */
final class Batch {

    /** An order's first and only assessment. */
    record Assessed(OrderFacts order, Assessment assessment, Cause cause) {}

    /** An event without an effect, and why. */
    record Ignored(UUID orderId, String reason, Cause cause) {}

    /** What the events add to a customer's row. */
    record Increase(long confirmedOrders, long confirmedUnits, long cancelledOrders) {
        Increase plus(Increase other) {
            return new Increase(
                    Math.addExact(confirmedOrders, other.confirmedOrders),
                    Math.addExact(confirmedUnits, other.confirmedUnits),
                    Math.addExact(cancelledOrders, other.cancelledOrders));
        }
    }

    private final FraudRules rules;
    private final KnownCustomers customers;
    private final Map<UUID, OrderState> orders;

    final List<Assessed> assessed = new ArrayList<>();
    final Map<UUID, OrderState> settled = new LinkedHashMap<>();
    final Map<String, Increase> increases = new TreeMap<>();
    final List<Ignored> ignored = new ArrayList<>();

    /**
     * @param customers as stored; grows with the batch
     * @param orders the state of those that were assessed before; grows with the batch
     */
    Batch(FraudRules rules, KnownCustomers customers, Map<UUID, OrderState> orders) {
        this.rules = rules;
        this.customers = customers;
        this.orders = orders;
    }

    void apply(OrderInput input, Cause cause) {
        switch (input) {
            case OrderInput.Placed(var order) -> assess(order, cause);
            case OrderInput.Confirmed(var orderId, var customerId, var units) -> {
                if (settle(orderId, OrderState.CONFIRMED, cause)) {
                    customers.confirmed(customerId, 1, units);
                    increases.merge(customerId, new Increase(1, units, 0), Increase::plus);
                }
            }
            case OrderInput.Cancelled(var orderId, var customerId) -> {
                if (settle(orderId, OrderState.CANCELLED, cause)) {
                    increases.merge(customerId, new Increase(0, 0, 1), Increase::plus);
                }
            }
        }
    }

    private void assess(OrderFacts order, Cause cause) {
        if (orders.putIfAbsent(order.orderId(), OrderState.PLACED) != null) {
            ignored.add(new Ignored(order.orderId(), "already assessed", cause));
            return;
        }
        assessed.add(new Assessed(order, rules.assess(order, customers.before(order)), cause));
        customers.placed(order.customerId(), order.placedAt());
        if (order.contactRef() != null) {
            customers.gave(order.customerId(), order.contactRef());
        }
    }

    private boolean settle(UUID orderId, OrderState state, Cause cause) {
        if (!orders.replace(orderId, OrderState.PLACED, state)) {
            String reason = orders.containsKey(orderId) ? "already settled" : "unknown order";
            ignored.add(new Ignored(orderId, reason, cause));
            return false;
        }
        settled.put(orderId, state);
        return true;
    }
}
