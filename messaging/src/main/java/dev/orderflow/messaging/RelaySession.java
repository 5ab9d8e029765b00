package dev.orderflow.messaging;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A relay's work on one connection. Of each of its buckets it sends what is there, {@linkplain Rounds round after round}.
 * For the relay's thread, which calls {@link #step} whenever there is news. With the connection the session ends, and what
 * it had read and not sent is forgotten.
 */
final class RelaySession implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(RelaySession.class);
    private static final long BYTES = 8 * 1024 * 1024; // what all rounds hold in memory at most, one record more
    private static final Duration DRAIN = Duration.ofSeconds(5); // for what is under way when the service stops
    // Between two exchanges with the database: after a pause none is waited for, and under load each brings more.
    private static final Duration PACE = Duration.ofMillis(1);
    // Until buckets are read again in which there was nothing but what cannot be sent now, which may be much to pass
    // over.
    static final Duration IN_VAIN = Duration.ofSeconds(1);
    private static final Duration SLOW = Duration.ofSeconds(5);
    private static final Duration BETWEEN_WORDS = Duration.ofMinutes(1);

    private final Relay relay;
    private final RelayParts parts;
    private final MessagingMetrics metrics;
    private final RelayConnection connection;
    private final Marks marks;
    private final Ownership ownership;
    private final OutboxReader outbox;
    private final Rounds rounds = new Rounds();
    private final Countdown drain = new Countdown();
    private final Countdown slow = new Countdown();
    private final Countdown nextWord = new Countdown(); // about records that take too long
    private final Countdown nextExchange = new Countdown();
    private final Countdown vainRest = new Countdown();
    private final Countdown trial = new Countdown(Backoff.LONGEST);
    private final Backoff producers = new Backoff();
    private final Countdown nextProducer = new Countdown();
    private Publisher publisher;
    private Buckets waiting = Buckets.NONE; // may have rows that were not read
    private Buckets vain = Buckets.NONE; // were read in vain, and rest
    private boolean stopping;
    private boolean spent; // the producer: no more is begun with it
    private boolean hasDeleted;
    private boolean saidSlow;
    private boolean othersAnswered; // since something was set aside

    RelaySession(Relay relay, RelayParts parts, MessagingMetrics metrics, RelayConnection connection) {
        this.relay = relay;
        this.parts = parts;
        this.metrics = metrics;
        this.connection = connection;
        marks = parts.marks();
        ownership = new Ownership(connection, parts.locks(connection), marks, metrics, relay.poll());
        outbox = parts.reader(connection, marks);
        publisher = publisher();
    }

    private Publisher publisher() {
        return parts.publisher(() -> relay.tell(() -> goBack(Buckets.ALL)));
    }

    void begin() {
        connection.refuseReadOnly();
        connection.listen(() -> relay.tell(() -> {}), said -> relay.tell(() -> ownership.hear(said)));
        ownership.begin();
    }

    /** Begins nothing new from now on. */
    void stop() {
        if (!stopping) {
            stopping = true;
            drain.set(DRAIN);
        }
    }

    /** Whether it was stopped, and nothing is under way or has been for too long. */
    boolean isOver() {
        return stopping && (rounds.isEmpty() || drain.isOver());
    }

    /**
     * Whether it could delete what it had sent, or lasts for long. Until then it may be no better than the one before it,
     * and when it ends everything is sent once more.
     */
    boolean goesWell() {
        return hasDeleted || trial.isOver();
    }

    /** For how long it may be left alone when nobody has news for it. */
    Duration untilNextStep() {
        Duration next = ownership.untilNext();
        next = shorter(next, isExchangeNeeded() ? nextExchange.left() : rounds.untilNews());
        next = vain.isEmpty() ? next : shorter(next, vainRest.left());
        next = isProducerNeeded() ? shorter(next, nextProducer.left()) : next;
        return stopping ? shorter(next, drain.left()) : next;
    }

    /**
     * Goes on as far as it can without waiting for Kafka.
     *
     * @param written buckets into which this replica has written since the last time
     */
    void step(Buckets written) {
        if (connection.isLost()) {
            throw new IllegalStateException("the relay's connection is gone");
        }
        if (publisher.isDead()) {
            throw new IllegalStateException("the producer has ended by an error");
        }
        ownership.written(written);
        ownership.keepUp(rounds.busy(), rounds.stuck());
        waiting = waiting.and(ownership.takeWaiting());
        Buckets told = ownership.takeTold();
        vain = vainRest.isOver() ? Buckets.NONE : vain.without(told);
        if (isExchangeNeeded() && nextExchange.isOver()) {
            exchange();
            nextExchange.set(PACE);
        }
        if (isProducerNeeded() && nextProducer.isOver()) {
            rounds.giveUpAside();
            publisher.close();
            publisher = publisher();
            nextProducer.set(producers.next()); // the next one, should this one be no better
            goBack(Buckets.ALL);
            spent = false;
        }
        complainWhenSlow();
    }

    private boolean isProducerNeeded() {
        return spent && rounds.going().isEmpty();
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private boolean isExchangeNeeded() {
        return !ready().isEmpty() || rounds.haveNews();
    }

    private Buckets ready() {
        boolean may = !stopping && !spent && rounds.bytes() < BYTES && !publisher.isCutOff();
        return may ? waiting.in(ownership.own()).without(rounds.going()).without(vain) : Buckets.NONE;
    }

    private void exchange() {
        Buckets ready = ready();
        OutboxReader.LeftOut leftOut = new OutboxReader.LeftOut(publisher.away(), rounds.leftOut(ready));
        Rounds.Settled settled = rounds.settle();
        OutboxReader.Exchange brought = outbox.exchange(settled.acknowledged(), ready, leftOut, BYTES - rounds.bytes());
        if (!settled.acknowledged().isEmpty()) {
            hasDeleted = true;
            producers.reset();
        }
        metrics.sent(brought.ages());
        refuse(settled.failed());
        waiting = waiting.without(ready).and(brought.more());
        goBack(settled.again()); // not before: what has just been read was without their keys
        if (!spent) { // with the next producer everything is read again
            begin(brought.rows());
        }
        if (!publisher.away().isEmpty()) {
            rest(ready.without(Buckets.of(brought.rows())));
        }
    }

    private void rest(Buckets readInVain) {
        if (vain.isEmpty()) {
            vainRest.set(IN_VAIN);
        }
        vain = vain.and(readInVain);
    }

    /** These are read from their first rows on, because something in them was left where it is. */
    private void goBack(Buckets buckets) {
        marks.goBack(buckets);
        waiting = waiting.and(buckets);
    }

    /** A key of which a record was refused waits; it was not the record when only its topic could not be found. */
    private void refuse(List<Round.Failed> failed) {
        List<Round.Failed> refused = new ArrayList<>();
        for (Round.Failed one : failed) {
            if (Publisher.isTopicAway(one.failure())) {
                goBack(Buckets.of(OutboxRow.bucket(one.row().aggregateId())));
            } else {
                spent |= !Publisher.isAboutTheRecord(one.failure());
                refused.add(one);
            }
        }
        outbox.refuse(refused);
        refused.forEach(one -> one.row().cause().tell(() -> sayRefused(one.row(), one.failure())));
    }

    private static void sayRefused(OutboxRow row, Exception failure) {
        LOG.warnf(
                "not sent, its key waits: aggregateType=%s aggregateId=%s eventId=%s reason=%s",
                row.aggregateType(), row.aggregateId(), row.eventId(), failure);
    }

    private void begin(List<OutboxRow> rows) {
        if (rounds.isEmpty() && !rows.isEmpty()) {
            slow.set(SLOW);
        }
        rows.stream()
                .collect(Collectors.groupingBy(row -> (int) OutboxRow.bucket(row.aggregateId())))
                .forEach((bucket, its) -> {
                    Round round = parts.round(its, this::publish);
                    rounds.add(bucket, round);
                    round.start();
                });
    }

    private void publish(Round round, OutboxRow row) {
        if (stopping || connection.isLost() || !publisher.reaches(row.topic())) {
            round.leave(row); // until its topic is found, or for the next session
        } else {
            publisher.publish(row, (sent, failure) -> relay.tell(() -> answered(round, sent, failure)));
        }
    }

    private void answered(Round round, OutboxRow row, @Nullable Exception failure) {
        slow.set(SLOW);
        saidSlow = false;
        othersAnswered |= rounds.countAside() > 0;
        round.answered(row, failure);
    }

    private void complainWhenSlow() {
        int aside = rounds.countAside();
        metrics.late(aside);
        if (aside == 0) {
            nextWord.set(SLOW);
            othersAnswered = false;
        }
        if (!rounds.isEmpty() && slow.isOver() && !saidSlow && !othersAnswered) {
            LOG.warn("Kafka acknowledges nothing: events wait in the outbox until it does");
            saidSlow = true;
        }
        if (othersAnswered && nextWord.isOver()) {
            LOG.warnf("Kafka has not acknowledged %d records for seconds: their keys wait, others go on", aside);
            nextWord.set(BETWEEN_WORDS);
        }
    }

    /** Gives up what is still on its way: its rows are there and will be sent again. */
    @Override
    public void close() {
        try {
            publisher.close();
            if (stopping && rounds.isEmpty() && !connection.isLost()) {
                ownership.end();
            }
        } finally {
            metrics.owned(0);
            metrics.late(0);
        }
    }
}
