package dev.orderflow.order.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * The arbiter between attempts to place an order under one idempotency key of one caller: there is one claim for each,
 * and whoever wants to place the order, or to give it up, must still own it at that moment.
 *
 * <p>An attempt that was taken over can neither {@link #done} nor {@link #abandoned}, however late it wakes up. So the
 * order is placed once, and a hold is released only when it is certain that no order will be placed with it.
 *
 * @param fingerprint of the request; the key stands for this request and no other
 * @param orderId minted before anything else happens: a repeated attempt reserves for the same order, so the same stock
 * @param attempt counts take-overs; the number that an attempt was given is its proof of ownership
 * @param leaseUntil when an attempt that has not been heard of counts as dead
 */
public record Claim(String fingerprint, UUID orderId, int attempt, Instant leaseUntil, State state) {

    /** Where the claim stands. */
    public enum State {
        /** An attempt is at work. */
        RUNNING,
        /** The answer is stored: an order, or a refusal that the same key must get again. Final. */
        DONE,
        /** The attempt gave up without an answer and without an order; its order id must not be used again. */
        ABANDONED
    }

    /** What a request that finds the claim has to do. */
    public sealed interface Outcome {}

    /** Go on as the attempt of this claim: it must replace the one that was found, if that has not changed meanwhile. */
    public record Granted(Claim claim) implements Outcome {}

    /**
     * Another attempt is at work.
     *
     * @param lease how long it has left before it counts as dead
     */
    public record Running(Duration lease) implements Outcome {}

    /** Answer what is stored. */
    public record Answered() implements Outcome {}

    /** The key was used for another request. */
    public record OtherRequest() implements Outcome {}

    /** The first attempt. */
    public static Claim first(String fingerprint, UUID orderId, Instant now, Duration lease) {
        return new Claim(fingerprint, orderId, 1, now.plus(lease), State.RUNNING);
    }

    /**
     * Another request with this key.
     *
     * @param freshId a new order id, used only if the present one may not be used again
     */
    public Outcome again(String otherFingerprint, UUID freshId, Instant now, Duration lease) {
        if (!fingerprint.equals(otherFingerprint)) {
            return new OtherRequest();
        }
        return switch (state) {
            case DONE -> new Answered();
            case ABANDONED -> new Granted(next(freshId, now, lease));
            case RUNNING ->
                now.isBefore(leaseUntil)
                        ? new Running(Duration.between(now, leaseUntil))
                        : new Granted(next(orderId, now, lease));
        };
    }

    /** Stores the answer; together with the order, if there is one. Empty when the attempt does not own the claim. */
    public Optional<Claim> done(int mine) {
        return finish(mine, State.DONE);
    }

    /** Gives up; only after this the hold may be released. Empty when the attempt does not own the claim. */
    public Optional<Claim> abandoned(int mine) {
        return finish(mine, State.ABANDONED);
    }

    private Claim next(UUID id, Instant now, Duration lease) {
        return new Claim(fingerprint, id, attempt + 1, now.plus(lease), State.RUNNING);
    }

    /**
     * What the guards of the statements that end a claim have to say. Those decide, in one step with what they write, and
     * are held to this by a test of competing attempts; the exploration of all interleavings asks it here.
     */
    private Optional<Claim> finish(int mine, State end) {
        return state == State.RUNNING && attempt == mine
                ? Optional.of(new Claim(fingerprint, orderId, attempt, leaseUntil, end))
                : Optional.empty();
    }
}
