/**
 * Gets events out of a service exactly when its transaction commits, and into one with a single effect each.
 *
 * <p>At-least-once on the wire, effectively-once at the tables, in order per aggregate. Knows bytes and headers and no
 * event type of any service.
 */
@NullMarked
package dev.orderflow.messaging;

import org.jspecify.annotations.NullMarked;
