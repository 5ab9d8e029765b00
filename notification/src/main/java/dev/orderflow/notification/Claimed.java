package dev.orderflow.notification;

import dev.orderflow.messaging.Cause;
import dev.orderflow.notification.domain.Occasion;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A notification that is ours to send until its lease ends.
 *
 * @param orderId absent when it is not about an order
 * @param body of the event that it tells of
 * @param attempt which one this is, from 1; whoever finishes it has to show it
 * @param age counted by the database's clock
 */
record Claimed(
        UUID id, Occasion occasion, @Nullable UUID orderId, byte[] body, int attempt, Duration age, Cause cause) {}
