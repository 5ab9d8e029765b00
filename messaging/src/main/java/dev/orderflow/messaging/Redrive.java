package dev.orderflow.messaging;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Applies the parked records of a key, oldest first, each in one transaction with its removal. No inbox is asked: a
 * parked record was marked as seen when it was parked, and the parked row is what says that its effect is still owed.
 */
@Singleton
class Redrive {

    private static final Logger LOG = Logger.getLogger(Redrive.class);

    /**
     * What became of a key.
     *
     * @param redriven records applied, now out of the way
     * @param failure why the next one cannot be applied either; it and those behind it stay parked. Null when none is left
     */
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Outcome(
            @JsonProperty("consumer") String consumer,
            @JsonProperty("key") String key,
            @JsonProperty("redriven") int redriven,
            @JsonProperty("failure") @Nullable String failure) {}

    private static final class StillPoison extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final long parkedId;

        StillPoison(long parkedId, Throwable cause) {
            super(cause);
            this.parkedId = parkedId;
        }
    }

    private final InboxParts parts;

    Redrive(InboxParts parts) {
        this.parts = parts;
    }

    /** Goes on until the key is free or one of its records fails; fails itself only for a reason that passes. */
    Uni<Outcome> key(BatchConsumer consumer, byte[] key) {
        AtomicInteger redriven = new AtomicInteger();
        return Multi.createBy()
                .repeating()
                .uni(() -> one(consumer, key).invoke(applied -> redriven.addAndGet(applied ? 1 : 0)))
                .whilst(applied -> applied)
                .onItem()
                .ignoreAsUni()
                .map(done -> outcome(consumer, key, redriven.get(), null))
                .onFailure(StillPoison.class)
                .recoverWithUni(
                        failure -> keepWaiting(failure).map(reason -> outcome(consumer, key, redriven.get(), reason)))
                .invoke(outcome -> LOG.infof(
                        "redriven: consumer=%s key=%s records=%d failure=%s",
                        outcome.consumer(), outcome.key(), outcome.redriven(), outcome.failure()));
    }

    private static Outcome outcome(BatchConsumer consumer, byte[] key, int redriven, @Nullable String failure) {
        return new Outcome(consumer.name(), InboxRecord.KeyText.of(key), redriven, failure);
    }

    /** True when there was one and it was applied. The key's lock comes first: consumers wait until this one is through. */
    private Uni<Boolean> one(BatchConsumer consumer, byte[] key) {
        return consumer.redrive((transaction, apply) -> parts.parking()
                .lockKey(transaction.sql(), consumer.name(), key)
                .flatMap(locked -> locked
                        ? parts.parking().first(transaction.sql(), consumer.name(), key)
                        : Uni.createFrom().item(List.<Parking.Waiting>of()))
                .flatMap(first -> first.isEmpty()
                        ? Uni.createFrom().item(false)
                        : apply.apply(first.getFirst().record())
                                .onFailure(failure -> !TransientFailure.is(failure))
                                .transform(poison ->
                                        new StillPoison(first.getFirst().id(), poison))
                                .chain(() -> parts.parking()
                                        .remove(
                                                transaction.sql(),
                                                consumer.name(),
                                                key,
                                                first.getFirst().id()))
                                .replaceWith(true)));
    }

    private Uni<String> keepWaiting(StillPoison failure) {
        String reason = BatchConsumer.reason(failure.getCause() == null ? failure : failure.getCause());
        return parts.outbox()
                .transaction(transaction -> parts.parking().failedAgain(transaction.sql(), failure.parkedId, reason))
                .replaceWith(reason);
    }
}
