package dev.orderflow.fraud.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.orderflow.fraud.domain.Reason.Code;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FraudRulesTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private static final CustomerHistory REGULAR = new CustomerHistory(10, 20, List.of(), 0, false);

    @ParameterizedTest
    @CsvSource({
        "   0.00, USD,",
        "4999.99, USD,",
        "5000.00, USD, AMOUNT_HIGH",
        "9999.99, USD, AMOUNT_HIGH",
        "10000.00, USD, AMOUNT_EXTREME",
        "92233720368547758.07, USD, AMOUNT_EXTREME",
        "699999, JPY,",
        "700000, JPY, AMOUNT_HIGH",
        "4999.999, KWD,",
        "5000.000, KWD, AMOUNT_HIGH"
    })
    void amount(String total, String currency, @Nullable Code expected) {
        var rule = new Rule.Amount(
                new AmountLimit(new BigDecimal(5000), Map.of("JPY", new BigDecimal(700_000))),
                30,
                limit(10_000, "JPY", 1_400_000),
                100);

        assertCode(expected, rule.check(order(Money.of(total, currency), 1), REGULAR));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 2000.00, FIRST_ORDER_HIGH",
        "0, 1999.99,",
        "1, 2000.00,",
    })
    void firstOrderOfHighValue(long confirmed, String total, @Nullable Code expected) {
        var rule = new Rule.FirstOrder(limit(2000, "JPY", 280_000), 25);

        var customer = new CustomerHistory(confirmed, confirmed, List.of(), 0, false);
        assertCode(expected, rule.check(order(Money.of(total, "USD"), 1), customer));
    }

    /** The window holds three; seconds before noon at which the other orders were placed. */
    @ParameterizedTest
    @CsvSource({
        "'',",
        "'1 2',",
        "'1 2 3', VELOCITY_HIGH",
        "'0 0 0', VELOCITY_HIGH",
        "'1 2 59', VELOCITY_HIGH",
        "'1 2 60',", // a minute ago is out of the window
        "'1 2 -1',", // later than the order is none of its past
    })
    void velocity(String secondsBefore, @Nullable Code expected) {
        var rule = new Rule.Velocity(3, MINUTE, 30);
        List<Instant> placements = Stream.of(secondsBefore.split(" ", -1))
                .filter(seconds -> !seconds.isEmpty())
                .map(seconds -> NOON.minusSeconds(Long.parseLong(seconds)))
                .toList();

        var customer = new CustomerHistory(10, 20, placements, 0, false);
        assertCode(expected, rule.check(order(Money.of("10.00", "USD"), 1), customer));
    }

    @ParameterizedTest
    @CsvSource({
        // units of the line, confirmed orders, units in them
        " 99,  0,    0,",
        "100,  0,    0, QUANTITY_UNUSUAL",
        "100, 50, 9999, QUANTITY_UNUSUAL",
        " 21,  4,    8,", // too few orders to know what is usual
        " 20,  5,   10,", // exactly ten times the average of two
        " 21,  5,   10, QUANTITY_UNUSUAL",
        " 24,  5,   12,", // the average is 2.4: nothing is rounded
        " 25,  5,   12, QUANTITY_UNUSUAL",
        " 99,  9223372036854775807, 9223372036854775807, QUANTITY_UNUSUAL",
    })
    void quantity(long units, long orders, long unitsBefore, @Nullable Code expected) {
        var rule = new Rule.Quantity(100, 10, 5, 25);

        var customer = new CustomerHistory(orders, unitsBefore, List.of(), 0, false);
        assertCode(expected, rule.check(order(Money.of("10.00", "USD"), units), customer));
    }

    @Test
    void theUsualIsComparedWithTheWholeOrderAndTheLimitWithALine() {
        var rule = new Rule.Quantity(100, 10, 5, 25);
        var order = order(Money.of("10.00", "USD"), 60, 60);

        assertCode(null, rule.check(order, new CustomerHistory(5, 60, List.of(), 0, false)));
        assertCode(Code.QUANTITY_UNUSUAL, rule.check(order, new CustomerHistory(5, 59, List.of(), 0, false)));
    }

    @ParameterizedTest
    @CsvSource({"0,", "4,", "5, CONTACT_SHARED", "6, CONTACT_SHARED"})
    void sharedContact(int customers, @Nullable Code expected) {
        var rule = new Rule.SharedContact(5, 30);

        var customer = new CustomerHistory(10, 20, List.of(), customers, false);
        assertCode(expected, rule.check(order(Money.of("10.00", "USD"), 1), customer));
    }

    @ParameterizedTest
    @CsvSource({"false,", "true, CUSTOMER_BLOCKED"})
    void blocklist(boolean blocked, @Nullable Code expected) {
        var customer = new CustomerHistory(10, 20, List.of(), 0, blocked);

        assertCode(expected, new Rule.Blocklist(100).check(order(Money.of("10.00", "USD"), 1), customer));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0, CLEARED",
        "49, 0, 49, CLEARED",
        "50, 0, 50, REVIEW",
        "30, 20, 50, REVIEW",
        "89, 0, 89, REVIEW",
        "90, 0, 90, REJECTED",
        "60, 60, 100, REJECTED",
    })
    void pointsAddUpToAScoreOfAtMostAHundredAndTheScoreDecides(int first, int second, int score, Verdict verdict) {
        var rules = new FraudRules(
                List.of(
                        new Rule.Blocklist(first),
                        new Rule.SharedContact(2, second),
                        new Rule.Velocity(20, MINUTE, 100)),
                50,
                90);

        Assessment assessment =
                rules.assess(order(Money.of("10.00", "USD"), 1), new CustomerHistory(10, 20, List.of(), 2, true));

        assertEquals(score, assessment.score());
        assertEquals(verdict, assessment.verdict());
        assertEquals(
                List.of(Code.CUSTOMER_BLOCKED, Code.CONTACT_SHARED),
                assessment.reasons().stream().map(Reason::code).toList());
    }

    @Test
    void refusesToReviewWhatItHasRejected() {
        assertThrows(IllegalArgumentException.class, () -> new FraudRules(List.of(), 91, 90));
    }

    @ParameterizedTest
    @CsvSource({"1.234, USD", "1.5, JPY", "9999999999999999999.00, USD"})
    void anAmountThatIsNotExactIsNone(String amount, String currency) {
        assertThrows(ArithmeticException.class, () -> Money.of(amount, currency));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1.00", "1.", "12345678901234567890", "1e2", "1e500000000", "1e-500000000"})
    void anAmountThatIsNoPlainDecimalNumberIsNone(String amount) {
        assertThrows(IllegalArgumentException.class, () -> Money.of(amount, "USD"));
    }

    @Test
    void orderWithoutUnitsIsNone() {
        assertThrows(IllegalArgumentException.class, () -> order(Money.of("1.00", "USD"), 0));
        assertThrows(IllegalArgumentException.class, () -> order(Money.of("1.00", "USD")));
        assertThrows(ArithmeticException.class, () -> order(Money.of("1.00", "USD"), Long.MAX_VALUE, 1)
                .units());
    }

    private static AmountLimit limit(long otherwise, String currency, long amount) {
        return new AmountLimit(BigDecimal.valueOf(otherwise), Map.of(currency, BigDecimal.valueOf(amount)));
    }

    private static OrderFacts order(Money total, long... quantities) {
        List<Long> lines = LongStream.of(quantities).boxed().toList();
        return new OrderFacts(UUID.randomUUID(), "alice", null, total, lines, NOON);
    }

    private static void assertCode(@Nullable Code expected, Optional<Reason> reason) {
        assertEquals(Optional.ofNullable(expected), reason.map(Reason::code));
    }
}
