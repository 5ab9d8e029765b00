package dev.orderflow.messaging;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Moves rows from the outbox to Kafka, on a thread of its own. Of all replicas one does so at a time, the one that holds
 * the lock; that only saves repeats. Order and completeness hold with two as well: of an aggregate the oldest row there
 * is goes first, the next after its acknowledgement, and a row goes away after that. So what a second relay can add is
 * the repeat of a prefix.
 */
final class Relay implements Runnable {

    private static final Logger LOG = Logger.getLogger(Relay.class);
    private static final Duration HEARTBEAT = Duration.ofSeconds(1);
    private static final Duration SILENCE = Duration.ofSeconds(15); // many heartbeats: that owner is frozen
    private static final Duration COALESCE = Duration.ofMillis(5); // between two wake-ups of another replica's relay
    private static final int SLOW_HEARTBEATS = 5;
    private static final int DRAIN_HEARTBEATS = 5; // for what is under way when the service stops

    private static final Duration FORGET = Duration.ofMinutes(10); // a blocked key that is not seen any more

    private final Supplier<OutboxReader> outbox;
    private final Supplier<Publisher> publishers;
    private final MessagingMetrics metrics;
    private final Duration poll;
    private final Semaphore woken = new Semaphore(0);
    private final Backoff connecting = new Backoff();
    private final Map<OutboxRow.Aggregate, Blocked> blocked = new HashMap<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private boolean complained;

    /** A key whose record was refused: not tried again before its time, so that it takes no place in every round. */
    private record Blocked(Instant until, Backoff backoff) {}

    Relay(Supplier<OutboxReader> outbox, Supplier<Publisher> publishers, MessagingMetrics metrics, Duration poll) {
        this.outbox = outbox;
        this.publishers = publishers;
        this.metrics = metrics;
        this.poll = poll;
    }

    /** There are new rows; cheap, from any thread, and nothing is lost when it comes in the middle of a round. */
    void wake() {
        if (woken.availablePermits() == 0) {
            woken.release();
        }
    }

    /** Lets what is under way finish, then gives the lock to another replica. */
    void stop() {
        stopped.countDown();
        wake();
    }

    @Override
    public void run() {
        while (isRunning()) {
            try (OutboxReader reader = outbox.get()) {
                waitForLock(reader);
                own(reader);
            } catch (InterruptedException e) {
                return; // nobody but the service's end interrupts this thread
            } catch (RuntimeException | Error e) { // the outermost line: whatever it was, start again from the table
                complain(e);
                rest();
            } finally {
                metrics.owner(false);
            }
        }
    }

    /** Once, until a round was read again; and not about what a service that stops closes itself. */
    private void complain(Throwable failure) {
        if (isRunning()) {
            LOG.logf(
                    complained ? Logger.Level.DEBUG : Logger.Level.WARN,
                    "outbox relay starts again, until it can read and send: %s",
                    failure.getCause() == null ? failure : failure.getCause());
            complained = true;
        }
    }

    private void rest() {
        try {
            stopped.await(connecting.next().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            stop();
        }
    }

    private void waitForLock(OutboxReader reader) throws InterruptedException {
        while (isRunning() && !reader.tryLock()) {
            if (reader.endStalledOwner(SILENCE)) {
                LOG.warn("outbox relay: ended the connection of an owner that gave no sign of life");
                metrics.takeover();
            }
            passOnWakeUps(reader);
        }
    }

    /** The owner does not know what this replica's transactions have written: it is told, but not for each of them. */
    private void passOnWakeUps(OutboxReader reader) throws InterruptedException {
        Instant nextTry = Instant.now().plus(poll.multipliedBy(2));
        while (isRunning() && Instant.now().isBefore(nextTry)) {
            if (sleepUntilWoken(Duration.between(Instant.now(), nextTry)) && isRunning()) {
                reader.notifyOwner();
                stopped.await(COALESCE.toMillis(), TimeUnit.MILLISECONDS);
            }
        }
    }

    private boolean sleepUntilWoken(Duration atMost) throws InterruptedException {
        boolean wasWoken = woken.tryAcquire(atMost.toMillis(), TimeUnit.MILLISECONDS);
        woken.drainPermits(); // before what follows: a wake-up that comes during it counts for the next time
        return wasWoken;
    }

    private void own(OutboxReader reader) throws InterruptedException {
        reader.listen(this::wake);
        while (isRunning()) {
            metrics.owner(true);
            try (Publisher publisher = publishers.get()) {
                while (isRunning() && round(reader, publisher)) {
                    // Rounds follow each other until one fails; then a new producer starts at the first row again.
                }
            }
        }
    }

    private boolean round(OutboxReader reader, Publisher publisher) throws InterruptedException {
        List<OutboxRow> rows = publisher.isCutOff() ? List.of() : reader.read(publisher.away(), blockedNow());
        connecting.reset();
        complained = false;
        if (rows.isEmpty()) {
            idle(reader, publisher);
            return true;
        }
        Round round = new Round(publisher, () -> isRunning() && reader.isOwner());
        round.start(rows);
        awaitAcknowledgements(round, reader);
        metrics.sent(reader.delete(round.acknowledged()));
        settle(round);
        return round.failed().isEmpty();
    }

    private void awaitAcknowledgements(Round round, OutboxReader reader) throws InterruptedException {
        int stopping = 0;
        for (int waited = 1; !round.await(HEARTBEAT) && stopping < DRAIN_HEARTBEATS; waited++) {
            reader.heartbeat();
            stopping = isRunning() ? 0 : stopping + 1;
            if (waited == SLOW_HEARTBEATS) {
                LOG.warn("Kafka acknowledges nothing: events wait in the outbox until it does");
            }
        }
    }

    private void idle(OutboxReader reader, Publisher publisher) throws InterruptedException {
        sleepUntilWoken(poll);
        if (publisher.isCutOff()) {
            reader.heartbeat(); // otherwise the next reading is one
        }
    }

    private List<OutboxRow.Aggregate> blockedNow() {
        Instant now = Instant.now();
        return blocked.entrySet().stream()
                .filter(entry -> entry.getValue().until().isAfter(now))
                .map(Map.Entry::getKey)
                .toList();
    }

    private void settle(Round round) {
        round.acknowledged().forEach(row -> blocked.remove(row.aggregate()));
        round.failed().forEach((aggregate, refused) -> {
            Backoff backoff =
                    blocked.containsKey(aggregate) ? blocked.get(aggregate).backoff() : new Backoff();
            blocked.put(aggregate, new Blocked(Instant.now().plus(backoff.next()), backoff));
            OutboxRow row = refused.row();
            row.cause()
                    .tell(() -> LOG.warnf(
                            "not sent, its key waits: aggregateType=%s aggregateId=%s eventId=%s reason=%s",
                            aggregate.type(), aggregate.id(), row.eventId(), refused.failure()));
        });
        blocked.values().removeIf(b -> b.until().isBefore(Instant.now().minus(FORGET)));
        metrics.blocked(blocked.size());
    }

    private boolean isRunning() {
        return stopped.getCount() > 0;
    }
}
