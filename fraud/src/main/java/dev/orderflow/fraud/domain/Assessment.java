package dev.orderflow.fraud.domain;

import java.util.List;

/**
 * The verdict on an order and what led to it.
 *
 * @param score 0 (nothing odd) to 100
 * @param reasons in the order of the rules; empty for score 0
 */
public record Assessment(int score, List<Reason> reasons, Verdict verdict) {

    public Assessment {
        reasons = List.copyOf(reasons);
        if (score < 0 || score > 100) {
            throw new IllegalArgumentException("a score is 0 to 100, not " + score);
        }
    }
}
