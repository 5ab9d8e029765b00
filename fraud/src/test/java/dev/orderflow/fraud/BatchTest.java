package dev.orderflow.fraud;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orderflow.fraud.Batch.Ignored;
import dev.orderflow.fraud.domain.AmountLimit;
import dev.orderflow.fraud.domain.FraudRules;
import dev.orderflow.fraud.domain.KnownCustomers;
import dev.orderflow.fraud.domain.Money;
import dev.orderflow.fraud.domain.OrderFacts;
import dev.orderflow.fraud.domain.OrderInput;
import dev.orderflow.fraud.domain.OrderState;
import dev.orderflow.fraud.domain.Reason;
import dev.orderflow.fraud.domain.Rule;
import dev.orderflow.messaging.Cause;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Events of one batch see what the ones before them did. */
class BatchTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Cause CAUSE = new Cause("story", null, null);
    private static final FraudRules RULES = new FraudRules(
            List.of(
                    new Rule.Velocity(2, Duration.ofMinutes(1), 30),
                    new Rule.FirstOrder(new AmountLimit(BigDecimal.TEN, Map.of()), 25),
                    new Rule.SharedContact(2, 30)),
            50,
            90);

    private final Map<UUID, OrderState> orders = new HashMap<>();
    private final KnownCustomers customers = new KnownCustomers();
    private final Batch batch = new Batch(RULES, customers, orders);

    @Test
    void theThirdOrderOfACustomerInAMinuteIsTheFirstOfTooMany() {
        customers.placed("alice", NOON.minusSeconds(50));

        place("alice", null, "1.00", 0);
        place("bob", null, "1.00", 1);
        place("alice", null, "1.00", 2);
        place("alice", null, "1.00", 15);

        assertEquals(List.of(List.of(), List.of(), List.of("velocity_high"), List.of("velocity_high")), reasons());
    }

    @Test
    void whatIsConfirmedInBetweenCounts() {
        UUID first = place("alice", null, "9.00", 0);
        batch.apply(new OrderInput.Confirmed(first, "alice", 1), CAUSE);
        place("alice", null, "500.00", 1);

        assertEquals(List.of(List.of(), List.of()), reasons());
        assertEquals(new Batch.Increase(1, 1, 0), batch.increases.get("alice"));
        assertEquals(OrderState.CONFIRMED, batch.settled.get(first));
    }

    @Test
    void whatIsCancelledInBetweenMakesNoCustomerKnown() {
        UUID first = place("alice", null, "9.00", 0);
        batch.apply(new OrderInput.Cancelled(first, "alice"), CAUSE);
        place("alice", null, "500.00", 1);

        assertEquals(List.of(List.of(), List.of("first_order_high")), reasons());
        assertEquals(new Batch.Increase(0, 0, 1), batch.increases.get("alice"));
    }

    @Test
    void theSecondCustomerOnAContactIsSeen() {
        place("alice", "c0ffee", "1.00", 0);
        place("alice", "c0ffee", "1.00", 1);
        place("bob", "c0ffee", "1.00", 2);
        place("carol", "beef", "1.00", 3);

        assertEquals(List.of(List.of(), List.of(), List.of("contact_shared"), List.of()), reasons());
    }

    @ParameterizedTest
    @EnumSource(OrderState.class)
    void anOrderIsAssessedOnce(OrderState state) {
        UUID known = UUID.randomUUID();
        orders.put(known, state);

        batch.apply(new OrderInput.Placed(order(known, "alice", null, "1.00", 0)), CAUSE);

        assertTrue(batch.assessed.isEmpty());
        assertEquals(List.of(new Ignored(known, "already assessed", CAUSE)), batch.ignored);
        assertEquals(
                List.of(),
                customers.before(order(known, "alice", null, "1.00", 0)).placements());
    }

    @Test
    void anOrderIsSettledOnce() {
        UUID settled = UUID.randomUUID();
        UUID unknown = UUID.randomUUID();
        orders.put(settled, OrderState.CONFIRMED);

        batch.apply(new OrderInput.Confirmed(settled, "alice", 3), CAUSE);
        batch.apply(new OrderInput.Cancelled(unknown, "alice"), CAUSE);

        assertEquals(
                List.of(new Ignored(settled, "already settled", CAUSE), new Ignored(unknown, "unknown order", CAUSE)),
                batch.ignored);
        assertTrue(batch.settled.isEmpty());
        assertTrue(batch.increases.isEmpty());
    }

    private UUID place(String customerId, @Nullable String contactRef, String total, long second) {
        UUID orderId = UUID.randomUUID();
        batch.apply(new OrderInput.Placed(order(orderId, customerId, contactRef, total, second)), CAUSE);
        return orderId;
    }

    private static OrderFacts order(
            UUID orderId, String customerId, @Nullable String contactRef, String total, long second) {
        return new OrderFacts(
                orderId, customerId, contactRef, Money.of(total, "USD"), List.of(1L), NOON.plusSeconds(second));
    }

    private List<List<String>> reasons() {
        return batch.assessed.stream()
                .map(a -> a.assessment().reasons().stream()
                        .map(Reason::code)
                        .map(Reason.Code::text)
                        .toList())
                .toList();
    }
}
