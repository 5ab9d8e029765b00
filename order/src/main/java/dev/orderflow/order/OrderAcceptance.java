package dev.orderflow.order;

import dev.orderflow.messaging.Correlation;
import dev.orderflow.order.InventoryCalls.NotAnswered;
import dev.orderflow.order.OrderService.OutcomeUnknown;
import dev.orderflow.order.OrderService.Placing;
import dev.orderflow.order.Reservation.Held;
import dev.orderflow.order.Reservation.MixedCurrencies;
import dev.orderflow.order.Reservation.OutOfStock;
import dev.orderflow.order.Reservation.Released;
import dev.orderflow.order.Reservation.UnknownProducts;
import dev.orderflow.order.domain.Claim;
import dev.orderflow.order.domain.Claim.Answered;
import dev.orderflow.order.domain.Claim.Granted;
import dev.orderflow.order.domain.Claim.OtherRequest;
import dev.orderflow.order.domain.Claim.Running;
import io.quarkiverse.resteasy.problem.HttpProblem;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.faulttolerance.exceptions.BulkheadException;
import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;
import org.jboss.logging.Logger;

/**
 * From a request to its answer: claim the key, hold the stock, store the order. The claim is the arbiter: whatever crashes,
 * hangs or comes late in between, one key gets one order and one answer.
 *
 * <p>A refusal of the products (out of stock, unknown, mixed currencies, too large) is an answer like the order itself: it
 * is stored, and the same key gets it again, so that a client whose answer was lost learns what was decided. Who wants a
 * new decision uses a new key. When no decision was possible (inventory or the database away), nothing is stored and the
 * same key tries again, with a new order id: the old one may be released.
 *
 * <p>A hold is released only when it is certain that no order will be placed with it: after the claim was given up by the
 * attempt that owned it, or after a refusal was stored in it. After a commit whose outcome is unknown nothing is given up
 * and nothing released; the claim's lease ends, and the next request with the key finds the order or goes on with the same
 * order id, so with the same stock.
 */
@ApplicationScoped
class OrderAcceptance {

    private static final Logger LOG = Logger.getLogger(OrderAcceptance.class);

    private final ClaimRepository claims;
    private final InventoryClient inventory;
    private final OrderService orders;
    private final OrderMessages messages;

    OrderAcceptance(ClaimRepository claims, InventoryClient inventory, OrderService orders, OrderMessages messages) {
        this.claims = claims;
        this.inventory = inventory;
        this.orders = orders;
        this.messages = messages;
    }

    /** The answer to a request; fails with a problem when there is none now. */
    Uni<Answer> place(Submission submission) {
        return claims.claim(submission).flatMap(outcome -> switch (outcome) {
            case Granted(var mine) -> attempt(submission, mine);
            case Running _ -> Uni.createFrom().failure(Problems.running());
            case OtherRequest _ -> Uni.createFrom().failure(Problems.otherRequest());
            case Answered _ -> stored(submission);
        });
    }

    private Uni<Answer> attempt(Submission submission, Claim mine) {
        Correlation.order(mine.orderId().toString());
        var wanted = new HoldRequest(mine.orderId(), submission.lines(), submission.cause());
        return inventory
                .reserve(wanted)
                .onItemOrFailure()
                .transformToUni((reservation, failure) -> failure == null
                        ? decide(submission, mine, reservation)
                        : giveUp(submission, mine, failure, wanted.wasSent()));
    }

    private Uni<Answer> decide(Submission submission, Claim mine, Reservation reservation) {
        return switch (reservation) {
            case Held held -> store(submission, mine, held);
            case OutOfStock refusal -> refuse(submission, mine, Problems.outOfStock(refusal));
            case UnknownProducts refusal -> refuse(submission, mine, Problems.unknownProducts(refusal));
            case MixedCurrencies refusal -> refuse(submission, mine, Problems.mixedCurrencies(refusal));
            case Released _ -> claims.abandon(submission, mine).flatMap(_ -> stored(submission));
        };
    }

    private Uni<Answer> store(Submission submission, Claim mine, Held held) {
        return orders.place(submission, mine, held).onItemOrFailure().transformToUni((placing, failure) -> {
            if (failure instanceof OutcomeUnknown) {
                return Uni.createFrom().failure(failure);
            }
            return failure == null ? placed(submission, mine, placing) : giveUp(submission, mine, failure, true);
        });
    }

    private Uni<Answer> placed(Submission submission, Claim mine, Placing placing) {
        return switch (placing) {
            case Placing.Placed(var answer) -> Uni.createFrom().item(answer);
            case Placing.ClaimLost _ -> stored(submission);
            case Placing.HoldTooShort _ -> giveUp(submission, mine, Problems.inventorySlow(), true);
            case Placing.TotalTooLarge _ ->
                refuse(submission, mine, Problems.totalTooLarge())
                        .invoke(answer -> release(submission, mine, !answer.replayed()));
        };
    }

    /** What was decided, now or by whoever was faster. */
    private Uni<Answer> stored(Submission submission) {
        return claims.answer(submission)
                .flatMap(answer -> answer.map(Uni.createFrom()::item).orElseGet(() -> orders.answer(submission)));
    }

    private Uni<Answer> refuse(Submission submission, Claim mine, HttpProblem.Builder problem) {
        var refusal = problem.with("traceId", submission.traceId()).build();
        var answer = new Answer(refusal.getStatusCode(), messages.text(refusal), mine.orderId(), false);
        return claims.refuse(submission, mine, answer)
                .flatMap(owned -> owned ? Uni.createFrom().item(answer) : stored(submission));
    }

    /** @param sent whether inventory may hold something: if not, it is not to be bothered with a release */
    private Uni<Answer> giveUp(Submission submission, Claim mine, Throwable reason, boolean sent) {
        submission
                .cause()
                .tell(mine.orderId(), () -> LOG.infof("order not placed orderId=%s reason=%s", mine.orderId(), reason));
        return claims.abandon(submission, mine)
                .invoke(owned -> release(submission, mine, owned && sent))
                .flatMap(_ -> Uni.createFrom().failure(problem(reason)));
    }

    /** Nobody waits for it, and if it fails the hold ends by itself. */
    private void release(Submission submission, Claim mine, boolean certain) {
        if (certain) {
            var story = submission.cause();
            inventory
                    .release(mine.orderId(), story.correlationId())
                    .subscribe()
                    .with(
                            _ -> story.tell(
                                    mine.orderId(), () -> LOG.debugf("hold released orderId=%s", mine.orderId())),
                            failure -> story.tell(
                                    mine.orderId(),
                                    () -> LOG.infof(
                                            "hold left to expire orderId=%s reason=%s", mine.orderId(), failure)));
        }
    }

    private static Throwable problem(Throwable reason) {
        return switch (reason) {
            case NotAnswered it when it.slow() -> Problems.inventorySlow();
            case NotAnswered _, CircuitBreakerOpenException _, BulkheadException _ -> Problems.inventoryUnavailable();
            default -> reason;
        };
    }
}
