package dev.orderflow.fraud.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orderflow.fraud.domain.Review.Decision;
import dev.orderflow.fraud.domain.Review.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReviewTest {

    @Test
    void everyPairOfStateAndDecision() {
        List<String> table = new ArrayList<>();
        for (OrderState order : OrderState.values()) {
            for (Verdict verdict : Verdict.values()) {
                for (Decision decision : Decision.values()) {
                    String outcome = outcome(new Review(verdict, null, order).decide(decision));
                    table.add("%s %s, %s: %s".formatted(order, verdict, decision, outcome));
                }
            }
        }

        assertEquals("""
                PLACED CLEARED, CLEAR: refused
                PLACED CLEARED, REJECT: refused
                PLACED REJECTED, CLEAR: refused
                PLACED REJECTED, REJECT: refused
                PLACED REVIEW, CLEAR: CLEARED
                PLACED REVIEW, REJECT: REJECTED
                CONFIRMED CLEARED, CLEAR: refused
                CONFIRMED CLEARED, REJECT: refused
                CONFIRMED REJECTED, CLEAR: refused
                CONFIRMED REJECTED, REJECT: refused
                CONFIRMED REVIEW, CLEAR: refused
                CONFIRMED REVIEW, REJECT: refused
                CANCELLED CLEARED, CLEAR: refused
                CANCELLED CLEARED, REJECT: refused
                CANCELLED REJECTED, CLEAR: refused
                CANCELLED REJECTED, REJECT: refused
                CANCELLED REVIEW, CLEAR: refused
                CANCELLED REVIEW, REJECT: refused""", String.join("\n", table));
    }

    @Test
    void theSameDecisionAgainStandsAndTheOtherIsRefusedHoweverFarTheOrderHasCome() {
        for (OrderState order : OrderState.values()) {
            for (Decision before : Decision.values()) {
                for (Decision now : Decision.values()) {
                    String expected = before == now ? "repeated" : "refused";
                    assertEquals(expected, outcome(new Review(before.verdict(), before, order).decide(now)));
                }
            }
        }
    }

    private static String outcome(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Accepted(var verdict) -> verdict.name();
            case Outcome.Repeated() -> "repeated";
            case Outcome.Refused(var why) -> "refused";
        };
    }
}
