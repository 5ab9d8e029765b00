package dev.orderflow.order.domain;

import dev.orderflow.order.domain.Decision.Applied;
import dev.orderflow.order.domain.Decision.Ignored;
import dev.orderflow.order.domain.OrderEvent.OrderCancelled;
import dev.orderflow.order.domain.OrderEvent.OrderConfirmed;
import dev.orderflow.order.domain.OrderEvent.OrderPlaced;
import dev.orderflow.order.domain.OrderInput.CustomerCancelled;
import dev.orderflow.order.domain.OrderInput.DeadlinePassed;
import dev.orderflow.order.domain.OrderInput.FraudCleared;
import dev.orderflow.order.domain.OrderInput.FraudRejected;
import dev.orderflow.order.domain.OrderInput.FraudReviewRequested;
import dev.orderflow.order.domain.OrderInput.StockBound;
import dev.orderflow.order.domain.OrderInput.StockCommitted;
import dev.orderflow.order.domain.OrderInput.StockLost;
import dev.orderflow.order.domain.OrderInput.StockReleased;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * An order. Each state holds exactly the facts that are known in it.
 *
 * <p>It is confirmed once fraud has cleared it and its stock is bound, in either order; the first input that speaks
 * against a pending order cancels it; confirmed and cancelled are final. So inputs that do not compete lead to the same
 * state in every order and however often they are repeated, and of those that compete exactly one wins.
 */
public sealed interface Order {

    /** What was ordered. */
    Purchase purchase();

    /**
     * Waiting for its verdicts.
     *
     * @param cleared fraud has no objection
     * @param bound the stock does not expire any more; while it is not, the hold must be kept alive
     * @param underReview a person decides instead of fraud's rules
     * @param deadline when it is cancelled if it is still waiting then
     */
    record Pending(Purchase purchase, boolean cleared, boolean bound, boolean underReview, Instant deadline)
            implements Order {

        private Decision clear() {
            return cleared
                    ? new Ignored("already cleared")
                    : new Pending(purchase, true, bound, underReview, deadline).settle();
        }

        private Decision bind() {
            return bound
                    ? new Ignored("already bound")
                    : new Pending(purchase, cleared, true, underReview, deadline).settle();
        }

        /** Counted from the deadline, so that it does not matter when the request arrives; never shortens the wait. */
        private Decision review(Duration extension) {
            if (underReview) {
                return new Ignored("already under review");
            }
            var later = extension.isNegative() ? deadline : deadline.plus(extension);
            return new Applied(new Pending(purchase, cleared, bound, true, later), List.of());
        }

        private Decision expire(Instant now) {
            return now.isBefore(deadline) ? new Ignored("deadline not reached") : cancel(CancelReason.DEADLINE_PASSED);
        }

        private Decision cancel(CancelReason reason) {
            return new Applied(new Cancelled(purchase, reason), List.of(new OrderCancelled(purchase, reason)));
        }

        private Decision settle() {
            return cleared && bound
                    ? new Applied(new Confirmed(purchase), List.of(new OrderConfirmed(purchase)))
                    : new Applied(this, List.of());
        }
    }

    /** Fraud has cleared it and the stock is bound. Final. */
    record Confirmed(Purchase purchase) implements Order {}

    /** It will not be delivered. Final. */
    record Cancelled(Purchase purchase, CancelReason reason) implements Order {}

    /** A new order whose stock is held. It says so in its first event. */
    static Applied place(Purchase purchase, Duration allowance) {
        var placed =
                new Pending(purchase, false, false, false, purchase.placedAt().plus(allowance));
        return new Applied(placed, List.of(new OrderPlaced(purchase)));
    }

    /** The table of (state, input): a missing pair does not compile. */
    default Decision on(OrderInput input, Instant now) {
        return switch (new Step(this, input)) {
            case Step(Pending p, FraudCleared _) -> p.clear();
            case Step(Pending p, StockBound _) -> p.bind();
            case Step(Pending p, FraudReviewRequested(var extension)) -> p.review(extension);
            case Step(Pending p, FraudRejected _) -> p.cancel(CancelReason.FRAUD_REJECTED);
            case Step(Pending p, StockLost _) -> p.cancel(CancelReason.STOCK_LOST);
            case Step(Pending p, CustomerCancelled _) -> p.cancel(CancelReason.CUSTOMER_REQUEST);
            case Step(Pending p, DeadlinePassed _) -> p.expire(now);
            case Step(Pending _, StockCommitted _) -> new Ignored("stock committed before the order was confirmed");
            case Step(Pending _, StockReleased _) -> new Ignored("stock released before the order was cancelled");
            case Step(Confirmed _, OrderInput _) -> new Ignored("already confirmed");
            case Step(Cancelled _, OrderInput _) -> new Ignored("already cancelled");
        };
    }

    /** A state and an input, to be matched together. */
    record Step(Order order, OrderInput input) {}
}
