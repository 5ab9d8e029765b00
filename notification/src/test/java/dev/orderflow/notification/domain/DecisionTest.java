package dev.orderflow.notification.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orderflow.notification.domain.Decision.Failed;
import dev.orderflow.notification.domain.Decision.Sent;
import dev.orderflow.notification.domain.Decision.Skipped;
import dev.orderflow.notification.domain.Decision.TryAgain;
import dev.orderflow.notification.domain.Outcome.Accepted;
import dev.orderflow.notification.domain.Outcome.InvalidAddress;
import dev.orderflow.notification.domain.Outcome.NoContact;
import dev.orderflow.notification.domain.Outcome.Rejected;
import dev.orderflow.notification.domain.Outcome.Unavailable;
import dev.orderflow.notification.domain.Outcome.UnknownOrder;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The whole table: every outcome, for a young notification and for one that is too old. */
class DecisionTest {

    private static final Duration YOUNG = Duration.ofHours(71);
    private static final Duration OLD = Duration.ofDays(3);
    private final Patience patience = new Patience(Duration.ofSeconds(1), Duration.ofSeconds(60), Duration.ofDays(3));

    static Stream<Arguments> table() {
        return Stream.of(
                Arguments.of(new Accepted(), YOUNG, new Sent()),
                Arguments.of(new Accepted(), OLD, new Sent()),
                Arguments.of(new NoContact(), YOUNG, new Skipped("no_contact")),
                Arguments.of(new NoContact(), OLD, new Skipped("no_contact")),
                Arguments.of(new UnknownOrder(), YOUNG, new Skipped("unknown_order")),
                Arguments.of(new UnknownOrder(), OLD, new Skipped("unknown_order")),
                Arguments.of(new InvalidAddress(), YOUNG, new Failed("invalid_address")),
                Arguments.of(new InvalidAddress(), OLD, new Failed("invalid_address")),
                Arguments.of(new Rejected(), YOUNG, new Failed("rejected")),
                Arguments.of(new Rejected(), OLD, new Failed("rejected")),
                Arguments.of(new Unavailable("away"), YOUNG, new TryAgain(Duration.ofSeconds(3))),
                Arguments.of(new Unavailable("away"), OLD, new Failed("gave_up")));
    }

    @ParameterizedTest
    @MethodSource("table")
    void decides(Outcome outcome, Duration age, Decision decision) {
        assertEquals(decision, Decision.on(outcome, patience, 3, age, 0.5));
    }
}
