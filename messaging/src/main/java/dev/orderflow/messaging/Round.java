package dev.orderflow.messaging;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends the rows of one reading: all aggregates at once, but of each at most one record that is not acknowledged. The
 * next one is handed over after the acknowledgement, never before: then no order of events depends on what a producer, a
 * broker or a second relay does.
 */
final class Round {

    /** What became of a row; without a failure Kafka has it. */
    record Answer(OutboxRow row, @Nullable Exception failure) {}

    private final Publisher publisher;
    private final BooleanSupplier mayGoOn;
    private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
    private final Map<OutboxRow.Aggregate, Queue<OutboxRow>> waiting = new LinkedHashMap<>();
    private final List<OutboxRow> acknowledged = new ArrayList<>();
    private final Map<OutboxRow.Aggregate, Answer> failed = new LinkedHashMap<>();
    private int underway;

    /** @param mayGoOn false when nothing more may be handed over: the lock is lost, or the service stops */
    Round(Publisher publisher, BooleanSupplier mayGoOn) {
        this.publisher = publisher;
        this.mayGoOn = mayGoOn;
    }

    List<OutboxRow> acknowledged() {
        return acknowledged;
    }

    /** Aggregates of which a record was refused; their later rows were not sent. */
    Map<OutboxRow.Aggregate, Answer> failed() {
        return failed;
    }

    void start(Collection<OutboxRow> rows) {
        rows.forEach(row -> waiting.computeIfAbsent(row.aggregate(), a -> new ArrayDeque<>())
                .add(row));
        waiting.keySet().forEach(this::sendNext);
    }

    private void sendNext(OutboxRow.Aggregate aggregate) {
        OutboxRow next = waiting.getOrDefault(aggregate, new ArrayDeque<>()).poll();
        if (next != null && mayGoOn.getAsBoolean() && publisher.reaches(next.topic())) {
            underway++;
            publisher.publish(next, (row, failure) -> answers.add(new Answer(row, failure)));
        }
    }

    /** Takes answers until none is outstanding or the time is over; true when the round is finished. */
    boolean await(Duration atMost) throws InterruptedException {
        Instant deadline = Instant.now().plus(atMost);
        while (underway > 0) {
            long left = Duration.between(Instant.now(), deadline).toNanos();
            Answer answer = answers.poll(Math.max(0, left), TimeUnit.NANOSECONDS);
            if (answer == null) {
                return false;
            }
            underway--;
            if (answer.failure() == null) {
                acknowledged.add(answer.row());
                sendNext(answer.row().aggregate());
            } else {
                failed.put(answer.row().aggregate(), answer);
            }
        }
        return true;
    }
}
