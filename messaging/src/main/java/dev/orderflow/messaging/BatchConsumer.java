package dev.orderflow.messaging;

import io.smallrye.mutiny.Uni;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Applies batches: marks, effects and parked records in one transaction; again and again while the database does not let
 * it; in halves when one of its records is to blame, or when they take too long together, until it is alone. A large
 * batch is applied in a few transactions at a time, none of which has a key in common with another.
 */
final class BatchConsumer implements Inbox.Consumer {

    private static final Logger LOG = Logger.getLogger(BatchConsumer.class);

    private static final int SHARES = 4; // while one waits for the disk, the others go on
    private static final int WORTH_SHARING = 64; // records
    private static final int ALONE = 3; // times that a single record may take too long before it is to blame

    private final String name;
    private final Set<String> eventTypes;
    private final Inbox.Handler handler;
    private final InboxParts parts;
    private final ParkingLimit limit;
    private final Duration longest;
    private final AtomicBoolean redriving = new AtomicBoolean();
    private final UnderWay transactions = new UnderWay();

    /** @param longest after which time the database ends a transaction */
    BatchConsumer(
            String name,
            Set<String> eventTypes,
            Inbox.Handler handler,
            InboxParts parts,
            ParkingLimit limit,
            Duration longest) {
        this.name = name;
        this.eventTypes = eventTypes;
        this.handler = handler;
        this.parts = parts;
        this.limit = limit;
        this.longest = longest;
    }

    /** False when one is under way; otherwise {@link #endRedrive} has to follow. */
    boolean beginRedrive() {
        return redriving.compareAndSet(false, true);
    }

    void endRedrive() {
        redriving.set(false);
    }

    String name() {
        return name;
    }

    /** Empty while it is not stopped. */
    String whyStopped() {
        return limit.why();
    }

    boolean isStopped() {
        return limit.isReached();
    }

    /** The service stops, and with it the pool: nothing is begun or tried again, nor said about that. */
    void leave() {
        transactions.close();
    }

    /** After that: until what was begun has committed, or has taken too long. */
    boolean awaitEnd(Duration longest) throws InterruptedException {
        return transactions.awaitEnd(longest);
    }

    @Override
    public Uni<Void> receive(ConsumerRecords<byte[], byte[]> batch) {
        List<InboxRecord> records = new ArrayList<>(batch.count());
        int unknown = 0;
        for (var received : batch) {
            InboxRecord record = InboxRecord.of(received);
            if (record.type() == null || eventTypes.contains(record.type())) {
                records.add(record);
            } else {
                unknown++; // from a publisher that is newer than this consumer, or for others
            }
        }
        parts.metrics().ignored(name, MessagingMetrics.UNKNOWN_TYPE, unknown);
        List<Uni<Void>> shares = shares(records).stream()
                .map(share -> apply(share).onFailure().recoverWithUni(this::stop))
                .toList();
        return shares.size() == 1
                ? shares.getFirst()
                : Uni.join().all(shares).andFailFast().replaceWithVoid();
    }

    private static List<List<InboxRecord>> shares(List<InboxRecord> records) {
        if (records.size() < WORTH_SHARING) {
            return List.of(records);
        }
        return List.copyOf(records.stream()
                .collect(Collectors.groupingBy(record -> Math.floorMod(Arrays.hashCode(record.key()), SHARES)))
                .values());
    }

    /** Not even parking was possible. A failure that reached the channel would be the end of it, and nobody would know. */
    private Uni<Void> stop(Throwable failure) {
        limit.stop("what cannot be applied cannot be parked either: " + reason(failure));
        return Uni.createFrom().nothing();
    }

    private Uni<Void> apply(List<InboxRecord> records) {
        if (limit.isReached()) {
            return Uni.createFrom().nothing(); // stopped: what is not acknowledged comes again after the repair
        }
        if (records.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        return persistently(records, null).onFailure().recoverWithUni(poison -> isolate(records, poison));
    }

    /** The database ended the transaction, because it took too long. */
    private static final class TooSlow extends RuntimeException {
        private static final long serialVersionUID = 1;

        TooSlow(Throwable failure) {
            super(failure.getMessage(), null, false, false); // no cause: that would be one that passes
        }
    }

    /** And so it did before. */
    private static final class TakesTooLong extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final int attempts;

        TakesTooLong(@Nullable String message, int attempts) {
            super("takes too long: " + message, null, false, false);
            this.attempts = attempts;
        }
    }

    /** Why a record cannot be applied, and how often it was tried alone. */
    private record Poison(String reason, int attempts) {
        static Poison of(Throwable failure) {
            return new Poison(BatchConsumer.reason(failure), failure instanceof TakesTooLong slow ? slow.attempts : 1);
        }
    }

    /**
     * Nothing is given up for a reason that passes: the batch waits, unacknowledged, and so do those after it. Only what
     * takes too long, alone several times in a row, and is not being parked, fails like what can never be applied.
     */
    private Uni<Void> persistently(List<InboxRecord> records, @Nullable Poison poison) {
        AtomicInteger tooSlow = new AtomicInteger();
        int enough = records.size() > 1 ? 1 : ALONE;
        return begun(records, poison)
                .onFailure(failure -> !(failure instanceof TooSlow))
                .invoke(() -> tooSlow.set(0))
                .onFailure(failure -> failure instanceof TooSlow && tooSlow.incrementAndGet() >= enough)
                .transform(failure -> new TakesTooLong(failure.getMessage(), tooSlow.get()))
                .onFailure(BatchConsumer::passes)
                .invoke(failure -> sayWaiting(records, failure))
                .onFailure(BatchConsumer::passes)
                .retry()
                .withBackOff(Backoff.FIRST, Backoff.LONGEST)
                .indefinitely();
    }

    /** Once, unless the service stops. */
    private Uni<Void> begun(List<InboxRecord> records, @Nullable Poison poison) {
        return Uni.createFrom()
                .deferred(() -> transactions.begin()
                        ? attempt(records, poison).onTermination().invoke(transactions::end)
                        : Uni.createFrom().nothing()) // not acknowledged, so it comes again elsewhere
                .onFailure(failure ->
                        transactions.isClosed()) // of a service that comes apart: nothing is known of the records
                .recoverWithUni(() -> Uni.createFrom().nothing());
    }

    private static boolean passes(Throwable failure) {
        return failure instanceof TooSlow || TransientFailure.is(failure);
    }

    private void sayWaiting(List<InboxRecord> records, Throwable failure) {
        parts.metrics().retried(name, 1);
        InboxRecord first = records.getFirst();
        Runnable line = () -> LOG.warnf(
                "not applied yet, trying again: consumer=%s records=%d first=%s reason=%s",
                name, records.size(), first.origin(), failure);
        if (records.size() == 1) {
            first.story().tell(line);
        } else {
            line.run();
        }
    }

    private Uni<Void> isolate(List<InboxRecord> records, Throwable poison) {
        if (records.size() == 1) {
            InboxRecord culprit = records.getFirst();
            if (limit.isReachedWithOneMore()) {
                return apply(records);
            }
            return park(culprit, poison);
        }
        int half = records.size() / 2;
        return apply(records.subList(0, half)).chain(() -> apply(records.subList(half, records.size())));
    }

    private Uni<Void> park(InboxRecord culprit, Throwable poison) {
        List<InboxRecord> records = List.of(culprit);
        Uni<Void> parked = poison instanceof TakesTooLong
                ? begun(records, Poison.of(poison))
                : persistently(records, Poison.of(poison));
        return parked.invoke(() -> culprit.story()
                        .tell(() -> LOG.errorf(
                                "parked: consumer=%s key=%s eventId=%s origin=%s reason=%s",
                                name, culprit.keyText(), culprit.identity(), culprit.origin(), reason(poison))))
                // Not even that is possible now: so it was not the record that took too long, but the database.
                .onFailure(BatchConsumer::passes)
                .recoverWithUni(() -> apply(records));
    }

    static String reason(Throwable failure) {
        String message = failure.getMessage();
        return failure instanceof InboxRecord.Unreadable && message != null
                ? message
                : failure.getClass().getSimpleName() + ": " + message;
    }

    /** @param poison why the records, then only one, are known to be impossible to apply; null when they are not */
    private Uni<Void> attempt(List<InboxRecord> records, @Nullable Poison poison) {
        ProcessSpans spans = new ProcessSpans(parts.spans(), name);
        AtomicReference<Countdown> time = new AtomicReference<>();
        return parts.outbox()
                .isolatedTransaction(transaction -> {
                    time.set(new Countdown(longest));
                    return InboxTable.markFresh(transaction.sql(), name, records)
                            .flatMap(fresh -> {
                                transaction.afterCommit(
                                        () -> parts.metrics().duplicates(name, records.size() - fresh.size()));
                                return fresh.isEmpty()
                                        ? Uni.createFrom().voidItem()
                                        : settle(transaction, fresh, poison, spans);
                            });
                })
                .onFailure(failure -> poison == null && isTooSlow(failure, time.get()))
                .transform(TooSlow::new)
                .onTermination()
                .invoke((done, failure, cancelled) -> spans.end(failure));
    }

    /** Of a transaction that it ends the database says why, or only that the connection is gone. */
    private static boolean isTooSlow(Throwable failure, @Nullable Countdown time) {
        return TransientFailure.isTooSlow(failure) || (TransientFailure.is(failure) && time != null && time.isOver());
    }

    /** Runs a redrive's transaction; what it is given applies one record, inside a span as at its first delivery. */
    <T> Uni<T> redrive(BiFunction<Transaction, Function<InboxRecord, Uni<Void>>, Uni<T>> work) {
        return Uni.createFrom().deferred(() -> {
            ProcessSpans spans = new ProcessSpans(parts.spans(), name);
            return parts.outbox()
                    .isolatedTransaction(transaction ->
                            work.apply(transaction, record -> handle(transaction, List.of(record), spans)))
                    .onTermination()
                    .invoke((done, failure, cancelled) -> spans.end(failure));
        });
    }

    private Uni<Void> settle(
            Transaction transaction, List<InboxRecord> fresh, @Nullable Poison poison, ProcessSpans spans) {
        return parts.parking().lockKeys(transaction.sql(), name, fresh).flatMap(parkedKeys -> {
            Sorting sorting = new Sorting(fresh, parkedKeys, poison);
            transaction.afterCommit(() -> parts.metrics().parked(name, sorting.parked.size()));
            return parts.parking()
                    .park(transaction.sql(), name, sorting.parked)
                    .chain(() -> handle(transaction, sorting.applicable, spans));
        });
    }

    private Uni<Void> handle(Transaction transaction, List<InboxRecord> records, ProcessSpans spans) {
        if (records.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        transaction.afterCommit(() -> parts.metrics().applied(name, records.size()));
        // Deferred, so that what the handler or the decoding throws is a failure like any other.
        return Uni.createFrom().deferred(() -> handler.handle(transaction, spans.start(records)));
    }

    /** What to apply and what to park: the poisonous, and everything behind a parked record of the same key. */
    private static final class Sorting {
        private static final Poison BEHIND = new Poison("behind a parked record", 0);

        private final List<InboxRecord> applicable = new ArrayList<>();
        private final List<Parking.Parked> parked = new ArrayList<>();

        Sorting(List<InboxRecord> fresh, Set<ByteBuffer> parkedKeys, @Nullable Poison poison) {
            for (InboxRecord record : fresh) {
                ByteBuffer key = ByteBuffer.wrap(record.key());
                Poison problem = parkedKeys.contains(key) ? BEHIND : poison;
                if (problem == null) {
                    applicable.add(record);
                } else {
                    parkedKeys.add(key);
                    parked.add(new Parking.Parked(record, problem.reason(), problem.attempts()));
                }
            }
        }
    }
}
