/**
 * Owns products with their prices, stock and reservations.
 *
 * <p>Consumes {@code order.events.v1}; publishes {@code inventory.reserved}, {@code inventory.committed}, {@code
 * inventory.released}, {@code inventory.reservation_lost}, {@code inventory.restocked} and {@code inventory.low_stock}.
 */
@NullMarked
package dev.orderflow.inventory;

import org.jspecify.annotations.NullMarked;
