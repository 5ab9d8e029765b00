/**
 * Tells customers by e-mail what becomes of their orders, once for each state that an order reaches, and the operator
 * what runs short.
 *
 * <p>Owns notifications: what was or will be sent, to a masked address. Consumes {@code order.events.v1} and {@code
 * inventory.events.v1}; publishes {@code notification.sent} and {@code notification.failed}.
 */
@NullMarked
package dev.orderflow.notification;

import org.jspecify.annotations.NullMarked;
