package dev.orderflow.inventory.domain;

import org.jspecify.annotations.Nullable;

/** What a reservation makes of an input. */
public sealed interface Decision {

    /**
     * The reservation changes.
     *
     * @param next the reservation from now on
     * @param movement what happens to the stock with it
     * @param event what is published with it, if anything
     */
    record Applied(
            Reservation next, Movement movement, @Nullable ReservationEvent event) implements Decision {}

    /** Nothing changes, and that is in order: the input came late or again. */
    record Ignored(String reason) implements Decision {}

    /** Nothing changes, and the caller is told why. */
    record Refused(Refusal refusal) implements Decision {}

    /** This cannot happen while every service keeps its promises. Nothing changes; somebody has to look at it. */
    record Broken(String invariant) implements Decision {}
}
