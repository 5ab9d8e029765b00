/**
 * Owns the event log and the rollups.
 *
 * <p>Consumes every topic; publishes nothing.
 */
@NullMarked
package dev.orderflow.analytics;

import org.jspecify.annotations.NullMarked;
