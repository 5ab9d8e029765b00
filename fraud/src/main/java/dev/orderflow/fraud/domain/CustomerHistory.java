package dev.orderflow.fraud.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What is known of a customer just before an order of theirs is assessed.
 *
 * @param confirmedOrders orders that were confirmed
 * @param confirmedUnits units in those
 * @param placements when they placed other orders lately, in no order
 * @param customersOnContact different customers on the order's contact, this one included; 0 without a contact
 * @param blocked whether an operator put them on the blocklist
 */
public record CustomerHistory(
        long confirmedOrders, long confirmedUnits, List<Instant> placements, int customersOnContact, boolean blocked) {

    /** Orders placed in the window that ends with {@code until}, which is part of it while its start is not. */
    long placedWithin(Duration window, Instant until) {
        Instant after = until.minus(window);
        return placements.stream()
                .filter(at -> at.isAfter(after) && !at.isAfter(until))
                .count();
    }
}
