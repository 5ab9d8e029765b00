package dev.orderflow.fraud.domain;

import org.jspecify.annotations.Nullable;

/**
 * What a person may still decide about an assessed order.
 *
 * @param verdict as it stands
 * @param decided what a person decided; absent when nobody did
 * @param order how far the order has come
 */
public record Review(Verdict verdict, @Nullable Decision decided, OrderState order) {

    /** What a person can say. */
    public enum Decision {
        CLEAR(Verdict.CLEARED),
        REJECT(Verdict.REJECTED);

        private final Verdict verdict;

        Decision(Verdict verdict) {
            this.verdict = verdict;
        }

        public Verdict verdict() {
            return verdict;
        }
    }

    /** What comes of a decision. */
    public sealed interface Outcome {
        /** It counts: the verdict changes and is published. */
        record Accepted(Verdict verdict) implements Outcome {}

        /** It was decided like this before; nothing changes. */
        record Repeated() implements Outcome {}

        record Refused(String why) implements Outcome {}
    }

    /**
     * The first decision counts, whoever else decides. An order that was cancelled while it waited is not decided any more:
     * nobody would act on it, and the record would say that somebody did.
     */
    public Outcome decide(Decision decision) {
        if (decided != null) {
            return decided == decision
                    ? new Outcome.Repeated()
                    : new Outcome.Refused("the review was decided the other way");
        }
        if (verdict != Verdict.REVIEW) {
            return new Outcome.Refused("the assessment is not in review");
        }
        return switch (order) {
            case PLACED -> new Outcome.Accepted(decision.verdict());
            case CANCELLED -> new Outcome.Refused("the order was cancelled meanwhile");
            case CONFIRMED -> new Outcome.Refused("the order is confirmed already");
        };
    }
}
