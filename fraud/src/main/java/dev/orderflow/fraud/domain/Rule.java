package dev.orderflow.fraud.domain;

import java.math.BigInteger;
import java.time.Duration;
import java.util.Optional;

/** One reason to be suspicious of an order, with its limits and the points that it gives. */
public sealed interface Rule {

    /** The reason, if the rule applies to this order. */
    Optional<Reason> check(OrderFacts order, CustomerHistory customer);

    private static Optional<Reason> reason(Reason.Code code, int points, String detail) {
        return Optional.of(new Reason(code, points, detail));
    }

    /** An operator does not want this customer. */
    record Blocklist(int points) implements Rule {
        @Override
        public Optional<Reason> check(OrderFacts order, CustomerHistory customer) {
            return customer.blocked()
                    ? reason(Reason.Code.CUSTOMER_BLOCKED, points, "the customer is on the blocklist")
                    : Optional.empty();
        }
    }

    /** The total is high, or so high that it is not taken from anybody. At most one of the two is given as reason. */
    record Amount(AmountLimit high, int highPoints, AmountLimit extreme, int extremePoints) implements Rule {
        @Override
        public Optional<Reason> check(OrderFacts order, CustomerHistory customer) {
            if (extreme.isReachedBy(order.total())) {
                return reason(Reason.Code.AMOUNT_EXTREME, extremePoints, reaches(order.total(), extreme));
            }
            return high.isReachedBy(order.total())
                    ? reason(Reason.Code.AMOUNT_HIGH, highPoints, reaches(order.total(), high))
                    : Optional.empty();
        }
    }

    /** More than {@code orders} in the window that ends with this order, this one included. */
    record Velocity(int orders, Duration window, int points) implements Rule {
        @Override
        public Optional<Reason> check(OrderFacts order, CustomerHistory customer) {
            long placed = 1 + customer.placedWithin(window, order.placedAt());
            return placed > orders
                    ? reason(
                            Reason.Code.VELOCITY_HIGH,
                            points,
                            "more than %d orders within %d s".formatted(orders, window.toSeconds()))
                    : Optional.empty();
        }
    }

    /**
     * A line of very many units, or an order of more than {@code factor} times what the customer's confirmed orders had on
     * average. The comparison needs {@code orders} confirmed ones; before, only the first part applies.
     */
    record Quantity(long lineUnits, long factor, long orders, int points) implements Rule {
        @Override
        public Optional<Reason> check(OrderFacts order, CustomerHistory customer) {
            if (order.largestQuantity() >= lineUnits) {
                return reason(
                        Reason.Code.QUANTITY_UNUSUAL,
                        points,
                        "%d units in a line, the limit is %d".formatted(order.largestQuantity(), lineUnits));
            }
            return customer.confirmedOrders() >= orders && exceedsUsual(order.units(), customer)
                    ? reason(
                            Reason.Code.QUANTITY_UNUSUAL,
                            points,
                            "%d units, more than %d times the usual".formatted(order.units(), factor))
                    : Optional.empty();
        }

        /** units > factor × confirmedUnits ÷ confirmedOrders, without the division and without overflow. */
        private boolean exceedsUsual(long units, CustomerHistory customer) {
            return times(units, customer.confirmedOrders()).compareTo(times(factor, customer.confirmedUnits())) > 0;
        }

        private static BigInteger times(long left, long right) {
            return BigInteger.valueOf(left).multiply(BigInteger.valueOf(right));
        }
    }

    /** Somebody who never had an order confirmed starts with a valuable one. */
    record FirstOrder(AmountLimit high, int points) implements Rule {
        @Override
        public Optional<Reason> check(OrderFacts order, CustomerHistory customer) {
            return customer.confirmedOrders() == 0 && high.isReachedBy(order.total())
                    ? reason(Reason.Code.FIRST_ORDER_HIGH, points, "first order, " + reaches(order.total(), high))
                    : Optional.empty();
        }
    }

    /** So many different customers have the same contact that they may be one. */
    record SharedContact(int customers, int points) implements Rule {
        @Override
        public Optional<Reason> check(OrderFacts order, CustomerHistory customer) {
            return customer.customersOnContact() >= customers
                    ? reason(
                            Reason.Code.CONTACT_SHARED,
                            points,
                            "%d or more customers have this contact".formatted(customers))
                    : Optional.empty();
        }
    }

    private static String reaches(Money total, AmountLimit limit) {
        return "total of %s, the limit is %s"
                .formatted(total, limit.in(total.currency()).toPlainString());
    }
}
