package dev.orderflow.inventory.domain;

import java.time.Duration;
import java.util.List;

/** What can happen to a reservation. */
public sealed interface ReservationInput {

    /** A caller wants these units held for {@code ttl} from now. */
    record Reserve(List<Line> lines, Duration ttl) implements ReservationInput {
        public Reserve {
            lines = Line.canonical(lines);
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

    /** Time has passed: a hold that ended is over. */
    record Expire() implements ReservationInput {}

    /**
     * No message about the order can arrive any more: what is finished need not be remembered. The clean-up deletes many at
     * once by a statement with this condition; the exploration of all interleavings asks it here.
     */
    record Forget() implements ReservationInput {}
}
