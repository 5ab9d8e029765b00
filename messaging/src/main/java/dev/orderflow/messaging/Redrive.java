package dev.orderflow.messaging;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
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
     * What became of a key, or, after a dry run, what would.
     *
     * @param redriven records applied, now out of the way
     * @param failure why the next one cannot be applied either; it and those behind it stay parked. Null when none failed
     * @param more whether there are records left that were not tried: ask again, except after a dry run
     * @param dryRun true when all of it was undone; otherwise absent
     */
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Outcome(
            @JsonProperty("consumer") String consumer,
            @JsonProperty("key") String key,
            @JsonProperty("redriven") int redriven,
            @JsonProperty("failure") @Nullable String failure,
            @JsonProperty("more") boolean more,
            @JsonProperty("dry_run") @Nullable Boolean dryRun) {}

    /**
     * What became of several keys.
     *
     * @param more whether there are further keys or records, which were not tried: ask again, from after {@code after} on
     * @param after where this one ended: keys up to there were tried to their ends, or up to a record that failed again
     */
    @RegisterForReflection
    record Report(
            @JsonProperty("keys") List<Outcome> keys,
            @JsonProperty("more") boolean more,
            @JsonProperty("after") long after) {}

    private static final String KEYS = """
            select parked_key.key, first.id
            from parked_key
            cross join lateral (select id, reason from parked
                                where parked.consumer = parked_key.consumer and parked.key = parked_key.key
                                order by id limit 1) as first
            where parked_key.consumer = $1 and starts_with(first.reason, $2) and first.id > $4
            order by first.id limit $3""";

    private record Key(byte[] key, long first) {}

    private record Tried(Key key, Outcome outcome) {
        /** Nothing is gained by asking again; so after a dry run, which would try the same records. */
        boolean toTheEnd() {
            return !outcome.more() || outcome.dryRun() != null;
        }
    }

    /** Records of one key that a dry run tries, all in one transaction, for which consumers of the key wait. */
    private static final int DRY_RECORDS = 100;

    private static final Duration LONGEST_DRY_RUN = Duration.ofSeconds(2);

    /** How fast it goes, and until when: whoever asked is told in time what was done. */
    static final class Pace {
        private static final Duration LONGEST = Duration.ofSeconds(6);

        private final Duration pause;
        private final long end = System.nanoTime() + LONGEST.toNanos();

        Pace(int perSecond) {
            pause = Duration.ofSeconds(1).dividedBy(perSecond);
        }

        boolean isOver() {
            return System.nanoTime() > end;
        }
    }

    /** Undoes a dry run. */
    private static final class Undone extends RuntimeException {
        private static final long serialVersionUID = 1;

        Undone() {
            super("a dry run", null, false, false);
        }
    }

    private static final class StillPoison extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final long parkedId;

        StillPoison(long parkedId, Throwable cause) {
            super(cause);
            this.parkedId = parkedId;
        }
    }

    private final InboxParts parts;
    private final Pool pool;

    Redrive(InboxParts parts, Pool pool) {
        this.parts = parts;
        this.pool = pool;
    }

    /**
     * Redrives keys, those that have waited longest first, one after another.
     *
     * @param reason what the reason of a key's first record begins with; empty for all
     * @param after the id behind which the key's first record is; 0 for all
     * @param redrive {@link #key} or {@link #dryRun}
     */
    Uni<Report> keys(
            BatchConsumer consumer,
            String reason,
            long after,
            int atMost,
            Pace pace,
            Function<byte[], Uni<Outcome>> redrive) {
        return pool.withConnection(connection ->
                        connection.preparedQuery(KEYS).execute(Tuple.of(consumer.name(), reason, atMost + 1, after)))
                .map(rows -> rows.stream()
                        .map(row -> new Key(row.getBuffer("key").getBytes(), row.getLong("id")))
                        .toList())
                .flatMap(keys -> Multi.createFrom()
                        .iterable(keys.subList(0, Math.min(atMost, keys.size())))
                        .onItem()
                        .transformToUniAndConcatenate(key -> pace.isOver()
                                ? Uni.createFrom().<Tried>nullItem()
                                : redrive.apply(key.key())
                                        .map(outcome -> new Tried(key, outcome))
                                        .onItem()
                                        .delayIt()
                                        .by(pace.pause))
                        .collect()
                        .asList()
                        .map(tried -> report(tried, tried.size() < keys.size(), after)));
    }

    private static Report report(List<Tried> tried, boolean moreKeys, long after) {
        return new Report(
                tried.stream().map(Tried::outcome).toList(),
                moreKeys || !tried.stream().allMatch(Tried::toTheEnd),
                tried.stream()
                        .filter(Tried::toTheEnd)
                        .mapToLong(one -> one.key().first())
                        .max()
                        .orElse(after));
    }

    /** Applies a key's records as a redrive would, the first hundred at most, and undoes it all. */
    Uni<Outcome> dryRun(BatchConsumer consumer, byte[] key) {
        AtomicInteger found = new AtomicInteger();
        AtomicInteger applied = new AtomicInteger();
        Countdown time = new Countdown();
        return consumer.<Void>redrive((transaction, apply) -> parts.parking()
                        .lockKey(transaction.sql(), consumer.name(), key)
                        .invoke(() -> time.set(LONGEST_DRY_RUN))
                        .chain(() -> parts.parking().first(transaction.sql(), consumer.name(), key, DRY_RECORDS + 1))
                        .invoke(waiting -> found.set(waiting.size()))
                        .flatMap(waiting -> Multi.createFrom()
                                .iterable(waiting.subList(0, Math.min(DRY_RECORDS, waiting.size())))
                                .select()
                                .first(one -> !time.isOver())
                                .onItem()
                                .transformToUniAndConcatenate(one -> apply.apply(one.record())
                                        .invoke(applied::incrementAndGet)
                                        .onFailure(Redrive::isToBlame)
                                        .transform(poison -> new StillPoison(one.id(), poison)))
                                .onItem()
                                .ignoreAsUni())
                        .chain(() -> Uni.createFrom().failure(new Undone())))
                .map(never -> outcome(consumer, key, applied.get(), null, false, true))
                .onFailure(Undone.class)
                .recoverWithItem(() -> outcome(consumer, key, applied.get(), null, applied.get() < found.get(), true))
                .onFailure(StillPoison.class)
                .recoverWithItem(failure -> outcome(consumer, key, applied.get(), reason(failure), false, true));
    }

    /** Also what the database ended because it took too long: trying it again would keep others waiting for ever. */
    private static boolean isToBlame(Throwable failure) {
        return !TransientFailure.is(failure) || TransientFailure.isTooSlow(failure);
    }

    private static String reason(Throwable failure) {
        return BatchConsumer.reason(failure.getCause() == null ? failure : failure.getCause());
    }

    /**
     * Goes on until the key is free, one of its records fails or the time is over; fails itself only for a reason that
     * passes.
     */
    Uni<Outcome> key(BatchConsumer consumer, byte[] key, Pace pace) {
        AtomicInteger redriven = new AtomicInteger();
        AtomicBoolean more = new AtomicBoolean();
        return Multi.createBy()
                .repeating()
                .uni(() -> one(consumer, key).invoke(applied -> redriven.addAndGet(applied ? 1 : 0)))
                .withDelay(pace.pause)
                .whilst(applied -> {
                    more.set(applied && pace.isOver());
                    return applied && !pace.isOver();
                })
                .onItem()
                .ignoreAsUni()
                .map(done -> outcome(consumer, key, redriven.get(), null, more.get(), null))
                .onFailure(StillPoison.class)
                .recoverWithUni(failure ->
                        keepWaiting(failure).map(reason -> outcome(consumer, key, redriven.get(), reason, false, null)))
                .invoke(outcome -> LOG.infof(
                        "redriven: consumer=%s key=%s records=%d failure=%s",
                        outcome.consumer(), outcome.key(), outcome.redriven(), outcome.failure()));
    }

    private static Outcome outcome(
            BatchConsumer consumer,
            byte[] key,
            int redriven,
            @Nullable String failure,
            boolean more,
            @Nullable Boolean dryRun) {
        return new Outcome(consumer.name(), InboxRecord.KeyText.of(key), redriven, failure, more, dryRun);
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
                                .onFailure(Redrive::isToBlame)
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
        String reason = reason(failure);
        return parts.outbox()
                .transaction(transaction -> parts.parking().failedAgain(transaction.sql(), failure.parkedId, reason))
                .replaceWith(reason);
    }
}
