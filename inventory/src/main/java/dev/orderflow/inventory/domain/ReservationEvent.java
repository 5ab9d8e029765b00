package dev.orderflow.inventory.domain;

import java.util.List;

/** What other services are told about a reservation. A mere hold and its end are nobody's business. */
public record ReservationEvent(Kind kind, List<Line> items) {

    /** The kinds of news. */
    public enum Kind {
        /** The order's stock is bound and cannot be lost any more. */
        RESERVED,
        /** The order's stock left the house. */
        COMMITTED,
        /** The order's stock is available again. */
        RELEASED,
        /** A placed order has no stock and will not get any. */
        RESERVATION_LOST
    }
}
