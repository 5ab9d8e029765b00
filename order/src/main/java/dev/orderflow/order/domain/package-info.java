/**
 * What an order is and what may happen to it, in plain Java: values in, values out, time and ids as parameters.
 *
 * <p>{@link dev.orderflow.order.domain.Order} decides every input by one table, {@link
 * dev.orderflow.order.domain.Claim} decides which of several attempts to place an order under one idempotency key wins.
 */
@NullMarked
package dev.orderflow.order.domain;

import org.jspecify.annotations.NullMarked;
