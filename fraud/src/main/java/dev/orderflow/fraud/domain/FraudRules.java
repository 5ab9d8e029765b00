package dev.orderflow.fraud.domain;

import java.util.List;
import java.util.Optional;

/**
 * Scores an order: the sum of what its rules give, at most 100. The same facts and history always give the same assessment.
 *
 * @param reviewFrom the score from which a person has to look
 * @param rejectFrom the score from which nobody has to
 */
public record FraudRules(List<Rule> rules, int reviewFrom, int rejectFrom) {

    public FraudRules {
        rules = List.copyOf(rules);
        if (reviewFrom > rejectFrom) {
            throw new IllegalArgumentException(
                    "review from %d is above reject from %d".formatted(reviewFrom, rejectFrom));
        }
    }

    public Assessment assess(OrderFacts order, CustomerHistory customer) {
        List<Reason> reasons = rules.stream()
                .map(rule -> rule.check(order, customer))
                .flatMap(Optional::stream)
                .toList();
        int score = Math.min(100, reasons.stream().mapToInt(Reason::points).sum());
        return new Assessment(score, reasons, verdict(score));
    }

    private Verdict verdict(int score) {
        if (score >= rejectFrom) {
            return Verdict.REJECTED;
        }
        return score >= reviewFrom ? Verdict.REVIEW : Verdict.CLEARED;
    }
}
