package dev.orderflow.order;

import dev.orderflow.messaging.Cause;
import dev.orderflow.order.domain.Decision.Applied;
import dev.orderflow.order.domain.Order;

/**
 * An order as its row has it.
 *
 * @param version counts every change; the guard of the next one
 * @param sequence counts its events
 * @param story what a timer continues
 */
record StoredOrder(Order order, long version, long sequence, Cause story) {

    StoredOrder changed(Applied applied) {
        return new StoredOrder(
                applied.order(), version + 1, sequence + applied.events().size(), story);
    }
}
