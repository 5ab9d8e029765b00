/**
 * Owns orders, their lines, contact data and idempotency keys.
 *
 * <p>Consumes {@code fraud.events.v1} and {@code inventory.events.v1}; publishes {@code order.placed}, {@code
 * order.confirmed} and {@code order.cancelled}.
 */
@NullMarked
package dev.orderflow.order;

import org.jspecify.annotations.NullMarked;
