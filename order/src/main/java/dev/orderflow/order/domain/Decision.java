package dev.orderflow.order.domain;

import java.util.List;

/** What an order made of an input. */
public sealed interface Decision {

    /**
     * The order changed.
     *
     * @param events to be published together with the change; a change that concerns nobody else has none
     */
    record Applied(Order order, List<OrderEvent> events) implements Decision {
        public Applied {
            events = List.copyOf(events);
        }

        /** Whether the change undoes what was done before: a cancelled order's stock is given back. */
        public boolean compensates() {
            return order instanceof Order.Cancelled;
        }
    }

    /** Nothing changed: repeated, late or not yet due. */
    record Ignored(String reason) implements Decision {}
}
