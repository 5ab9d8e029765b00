package dev.orderflow.order;

import java.util.UUID;

/**
 * What a client is told, for good: the same key gets the same again.
 *
 * @param status 201, or that of a refusal
 * @param body JSON: the order, or the problem
 * @param replayed whether it had been decided before this request
 */
record Answer(int status, String body, UUID orderId, boolean replayed) {}
