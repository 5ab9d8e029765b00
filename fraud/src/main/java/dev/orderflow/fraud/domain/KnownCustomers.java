package dev.orderflow.fraud.domain;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The customers of a batch of events: filled from what is stored, then growing with each event that is applied, so that
 * orders of one customer see one another in order.
 */
public final class KnownCustomers {

    private static final class Tally {
        long confirmedOrders;
        long confirmedUnits;
        boolean blocked;
        final List<Instant> placements = new ArrayList<>();
    }

    private final Map<String, Tally> tallies = new HashMap<>();
    private final Map<String, Set<String>> customersByContact = new HashMap<>();

    public void confirmed(String customerId, long orders, long units) {
        Tally tally = tally(customerId);
        tally.confirmedOrders = Math.addExact(tally.confirmedOrders, orders);
        tally.confirmedUnits = Math.addExact(tally.confirmedUnits, units);
    }

    public void placed(String customerId, Instant at) {
        tally(customerId).placements.add(at);
    }

    public void gave(String customerId, String contactRef) {
        customersByContact.computeIfAbsent(contactRef, none -> new HashSet<>()).add(customerId);
    }

    public void block(String customerId) {
        tally(customerId).blocked = true;
    }

    /** How many different customers gave that contact. */
    public int customersOn(String contactRef) {
        return customersByContact.getOrDefault(contactRef, Set.of()).size();
    }

    /** What is known just before {@code order}. */
    public CustomerHistory before(OrderFacts order) {
        Tally tally = tally(order.customerId());
        return new CustomerHistory(
                tally.confirmedOrders,
                tally.confirmedUnits,
                List.copyOf(tally.placements),
                customersOnContactWith(order.customerId(), order.contactRef()),
                tally.blocked);
    }

    private int customersOnContactWith(String customerId, @Nullable String contactRef) {
        if (contactRef == null) {
            return 0;
        }
        Set<String> customers = customersByContact.getOrDefault(contactRef, Set.of());
        return customers.size() + (customers.contains(customerId) ? 0 : 1);
    }

    private Tally tally(String customerId) {
        return tallies.computeIfAbsent(customerId, none -> new Tally());
    }
}
