package dev.orderflow.messaging;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one reading of one bucket on their way to Kafka: all aggregates at once, but of each at most one record
 * that is not acknowledged. The next one is handed over after the acknowledgement, never before: then no order of events
 * depends on what a producer, a broker or a second relay does. For the relay's thread alone.
 */
class Round {

    /** A row that Kafka, or the producer before it, did not take. */
    record Failed(OutboxRow row, Exception failure) {}

    private final Map<OutboxRow.Aggregate, Queue<OutboxRow>> waiting = new LinkedHashMap<>();
    private final List<OutboxRow> underWay = new ArrayList<>();
    private final List<OutboxRow> acknowledged = new ArrayList<>();
    private final List<Failed> failed = new ArrayList<>();
    private final BiConsumer<Round, OutboxRow> publish;
    private long bytes;
    private long lastAnswer = System.nanoTime(); // or the beginning

    /** @param publish hands a row over: calls {@link #leave} at once, or {@link #answered} later */
    Round(Collection<OutboxRow> rows, BiConsumer<Round, OutboxRow> publish) {
        this.publish = publish;
        bytes = bytes(rows);
        rows.forEach(row -> waiting.computeIfAbsent(row.aggregate(), a -> new ArrayDeque<>())
                .add(row));
    }

    void start() {
        List.copyOf(waiting.keySet()).forEach(this::sendNext);
    }

    /** False when there is none. */
    boolean sendNext(OutboxRow.Aggregate aggregate) {
        OutboxRow next = waiting.getOrDefault(aggregate, new ArrayDeque<>()).poll();
        if (next != null) {
            underWay.add(next);
            publish.accept(this, next);
        }
        return next != null;
    }

    /** Kafka has it, or not; then what is behind it is not sent in this round. */
    void answered(OutboxRow row, @Nullable Exception failure) {
        underWay.remove(row);
        lastAnswer = System.nanoTime();
        if (failure == null) {
            acknowledged.add(row);
            sendNext(row.aggregate());
        } else {
            failed.add(new Failed(row, failure));
        }
    }

    /** A row that was not handed over at all: nor is what is behind it. */
    void leave(OutboxRow row) {
        underWay.remove(row);
        waiting.remove(row.aggregate());
    }

    /** Hands over nothing more: what it has not sent is read again. */
    void handOverNoMore() {
        waiting.clear();
        bytes = bytes(underWay);
    }

    boolean isOver() {
        return underWay.isEmpty();
    }

    boolean isAnswered() {
        return !acknowledged.isEmpty() || !failed.isEmpty();
    }

    int countUnderWay() {
        return underWay.size();
    }

    /** Of which a record is under way, or answered and not taken. */
    Stream<OutboxRow.Aggregate> unsettled() {
        return Stream.of(
                        underWay.stream(),
                        acknowledged.stream(),
                        failed.stream().map(Failed::row))
                .flatMap(rows -> rows)
                .map(OutboxRow::aggregate);
    }

    /** How long Kafka has not said anything about any of its records. */
    Duration silence() {
        return Duration.ofNanos(System.nanoTime() - lastAnswer);
    }

    /** What was acknowledged since this was asked last. */
    List<OutboxRow> takeAcknowledged() {
        return taken(acknowledged);
    }

    /** Those, one of an aggregate, that were refused since this was asked last. */
    List<Failed> takeFailed() {
        return taken(failed);
    }

    private static <T> List<T> taken(List<T> from) {
        List<T> all = List.copyOf(from);
        from.clear();
        return all;
    }

    /** What it holds in memory, about. */
    long bytes() {
        return bytes;
    }

    private static long bytes(Collection<OutboxRow> rows) {
        return rows.stream().mapToLong(OutboxRow::size).sum();
    }
}
