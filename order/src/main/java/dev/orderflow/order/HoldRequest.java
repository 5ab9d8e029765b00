package dev.orderflow.order;

import dev.orderflow.messaging.Cause;
import java.util.List;
import java.util.UUID;

/** Wants the stock of an order held. Asked as often as need be; knows whether it ever left this process. */
final class HoldRequest {

    private final UUID orderId;
    private final List<RequestedLine> lines;
    private final Cause story;
    private volatile boolean sent;

    HoldRequest(UUID orderId, List<RequestedLine> lines, Cause story) {
        this.orderId = orderId;
        this.lines = List.copyOf(lines);
        this.story = story;
    }

    UUID orderId() {
        return orderId;
    }

    List<RequestedLine> lines() {
        return lines;
    }

    Cause story() {
        return story;
    }

    /** To be told before a call, because a call that fails may have been decided upon. */
    void sending() {
        sent = true;
    }

    /** Whether there may be a hold, however the last call ended. */
    boolean wasSent() {
        return sent;
    }
}
