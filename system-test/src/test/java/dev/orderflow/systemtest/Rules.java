package dev.orderflow.systemtest;

import dev.orderflow.inventory.domain.Reservation;
import dev.orderflow.inventory.domain.ReservationInput;
import dev.orderflow.inventory.domain.Shelf;
import dev.orderflow.order.domain.Claim;
import dev.orderflow.order.domain.Decision;
import dev.orderflow.order.domain.Order;
import dev.orderflow.order.domain.OrderInput;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * The decisions of the protocol, all made by the services' own classes. A test overrides one of them to see what the
 * rule is there for.
 *
 * <p>Time stands still and every span has no length: so each lease, hold and deadline may end at any moment, and the
 * explorer decides when it does.
 */
class Rules {

    static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
    static final Duration OVER_AT_ANY_MOMENT = Duration.ZERO;
    private static final String FINGERPRINT = "one request";

    Claim claim(UUID orderId) {
        return Claim.first(FINGERPRINT, orderId, NOW, OVER_AT_ANY_MOMENT);
    }

    Claim.Outcome again(Claim claim, UUID fresh) {
        return claim.again(FINGERPRINT, fresh, NOW, OVER_AT_ANY_MOMENT);
    }

    /** The claim once the order is placed. */
    Optional<Claim> placed(Claim claim, int mine) {
        return claim.done(mine);
    }

    /** The claim once the answer is that there is no stock. */
    Optional<Claim> refused(Claim claim, int mine) {
        return claim.done(mine);
    }

    Optional<Claim> abandoned(Claim claim, int mine) {
        return claim.abandoned(mine);
    }

    /** Whether a hold is released as soon as the attempt does not need it, without giving up the claim first. */
    boolean releasesWithoutAbandoning() {
        return false;
    }

    /** Whether an attempt that does not know what became of its commit gives its hold back. */
    boolean releasesAfterUnknownCommit() {
        return false;
    }

    Decision decide(Order order, OrderInput input) {
        return order.on(input, NOW);
    }

    dev.orderflow.inventory.domain.Decision decide(Reservation reservation, ReservationInput input, Shelf shelf) {
        return reservation.on(input, shelf, NOW);
    }
}
