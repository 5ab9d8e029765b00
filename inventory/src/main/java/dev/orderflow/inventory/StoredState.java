package dev.orderflow.inventory;

import dev.orderflow.inventory.domain.PricedLine;
import dev.orderflow.inventory.domain.Reservation;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A reservation's state as column {@code state} names it. */
enum StoredState {
    HELD,
    BOUND,
    COMMITTED,
    RELEASED,
    EXPIRED,
    TOMBSTONE;

    static StoredState of(Reservation reservation) {
        return switch (reservation) {
            case Reservation.Unknown _ -> throw new IllegalArgumentException("nothing is stored of the unknown");
            case Reservation.Held _ -> HELD;
            case Reservation.Bound _ -> BOUND;
            case Reservation.Committed _ -> COMMITTED;
            case Reservation.Released _ -> RELEASED;
            case Reservation.Expired _ -> EXPIRED;
            case Reservation.Tombstone _ -> TOMBSTONE;
        };
    }

    Reservation with(List<PricedLine> lines, @Nullable Instant expires) {
        return switch (this) {
            case HELD -> new Reservation.Held(lines, Objects.requireNonNull(expires));
            case BOUND -> new Reservation.Bound(lines);
            case COMMITTED -> new Reservation.Committed(lines);
            case RELEASED -> new Reservation.Released(lines);
            case EXPIRED -> new Reservation.Expired(lines);
            case TOMBSTONE -> new Reservation.Tombstone();
        };
    }
}
