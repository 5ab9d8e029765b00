package dev.orderflow.systemtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.orderflow.inventory.domain.Reservation;
import dev.orderflow.inventory.domain.ReservationInput;
import dev.orderflow.inventory.domain.Shelf;
import dev.orderflow.order.domain.Claim;
import dev.orderflow.order.domain.Decision;
import dev.orderflow.order.domain.Order;
import dev.orderflow.order.domain.Order.Pending;
import dev.orderflow.order.domain.OrderInput;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Every state that the order protocol can get into, and what each of its rules is there for. */
@Execution(ExecutionMode.CONCURRENT)
class OrderProtocolTest {

    /** Attempts under one key. Three show everything that is known to go wrong; two are quick. */
    private static final int ATTEMPTS = Integer.getInteger("orderflow.explorer.attempts", 3);

    @Test
    void holdsInEveryState() {
        var result = explore(new Rules(), false);

        assertNull(result.wrong(), result.toString());
    }

    @Test
    void acceptedOrderKeepsItsStockAsLongAsHoldsLast() {
        var result = explore(new Rules(), true);

        assertNull(result.wrong(), result.toString());
    }

    @Test
    void withoutAttemptGuardOneKeyGetsTwoOrders() {
        var rules = new WithoutAttemptGuard() {
            @Override
            Optional<Claim> refused(Claim claim, int mine) {
                return Optional.empty(); // A shorter way to go wrong, shown below.
            }
        };

        assertEquals("two orders for one key", explore(rules, false).wrong());
    }

    @Test
    void withoutAttemptGuardARefusedRequestIsPlaced() {
        assertEquals(
                "refused, and placed all the same",
                explore(new WithoutAttemptGuard(), false).wrong());
    }

    private static class WithoutAttemptGuard extends Rules {
        @Override
        Optional<Claim> placed(Claim claim, int mine) {
            return claim.done(claim.attempt()).or(() -> Optional.of(claim));
        }
    }

    @Test
    void withoutWaitingForTheBindAnOrderIsConfirmedWithoutStock() {
        var rules = new Rules() {
            @Override
            Decision decide(Order order, OrderInput input) {
                return super.decide(
                        order instanceof Pending p
                                ? new Pending(p.purchase(), p.cleared(), true, p.underReview(), p.deadline())
                                : order,
                        input);
            }
        };

        assertEquals("confirmed without stock", explore(rules, false).wrong());
    }

    @Test
    void withoutAbandoningBeforeTheReleaseAnAcceptedOrderLosesItsStock() {
        var rules = new Rules() {
            @Override
            boolean releasesWithoutAbandoning() {
                return true;
            }
        };

        assertEquals("an accepted order lost its stock", explore(rules, true).wrong());
    }

    @Test
    void withoutNewIdAfterAnAbandonedClaimAnAcceptedOrderLosesItsStock() {
        var rules = new Rules() {
            @Override
            Claim.Outcome again(Claim claim, UUID fresh) {
                return super.again(claim, claim.orderId());
            }
        };

        assertEquals("an accepted order lost its stock", explore(rules, true).wrong());
    }

    @Test
    void withReleaseAfterAnUnknownCommitAnAcceptedOrderLosesItsStock() {
        var rules = new Rules() {
            @Override
            boolean releasesAfterUnknownCommit() {
                return true;
            }
        };

        assertEquals("an accepted order lost its stock", explore(rules, true).wrong());
    }

    @Test
    void withoutLookingAtTheShelfStockIsOversold() {
        var rules = new Rules() {
            @Override
            dev.orderflow.inventory.domain.Decision decide(
                    Reservation reservation, ReservationInput input, Shelf shelf) {
                var full = shelf.stock().values().stream()
                        .map(stock -> stock.restocked(1))
                        .toList();
                return super.decide(reservation, input, Shelf.of(full));
            }
        };

        assertEquals("oversold", explore(rules, false).wrong());
    }

    private static Explorer.Result explore(Rules rules, boolean holdsLast) {
        var result = Explorer.explore(new OrderProtocol(rules, ATTEMPTS, holdsLast));
        System.out.println(result);
        return result;
    }
}
