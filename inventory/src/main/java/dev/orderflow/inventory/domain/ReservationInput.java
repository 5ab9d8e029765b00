package dev.orderflow.inventory.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** What can happen to a reservation. */
public sealed interface ReservationInput {

    /** A caller wants these units held for {@code ttl} from {@code now}. */
    record Reserve(List<Line> lines, Instant now, Duration ttl) implements ReservationInput {
        public Reserve {
            lines = Line.canonical(lines);
        }

        Instant expires() {
            return now.plus(ttl);
        }
    }

    /** The caller will certainly not place the order. */
    record Release() implements ReservationInput {}

    /** The order is durable, with these lines at these prices. */
    record OrderPlaced(List<PricedLine> lines) implements ReservationInput {
        public OrderPlaced {
            lines = PricedLine.canonical(lines);
        }
    }

    /** The order can no longer be cancelled: its stock leaves the house. */
    record OrderConfirmed() implements ReservationInput {}

    /** The order will never be fulfilled. */
    record OrderCancelled() implements ReservationInput {}

    /** It is {@code now}; a hold that ended is over. */
    record Expire(Instant now) implements ReservationInput {}

    /** No message about the order can arrive any more: what is finished need not be remembered. */
    record Forget() implements ReservationInput {}
}
