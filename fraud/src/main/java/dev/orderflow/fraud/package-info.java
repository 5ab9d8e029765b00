/**
 * Owns assessments and the customers' history.
 *
 * <p>Consumes {@code order.events.v1}; publishes {@code fraud.cleared}, {@code fraud.rejected} and {@code
 * fraud.review_requested}.
 */
@NullMarked
package dev.orderflow.fraud;

import org.jspecify.annotations.NullMarked;
