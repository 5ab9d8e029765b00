/**
 * Owns notifications: what was or will be sent, to a masked address, for which state of which order.
 *
 * <p>Consumes {@code order.events.v1} and {@code inventory.events.v1}; publishes {@code notification.sent} and {@code
 * notification.failed}.
 */
@NullMarked
package dev.orderflow.notification;

import org.jspecify.annotations.NullMarked;
