package dev.orderflow.messaging;

import java.util.Collection;
import java.util.stream.IntStream;

/** A set of the {@value OutboxRow#BUCKETS} buckets that an outbox is divided into. */
record Buckets(long bits) {

    static final Buckets NONE = new Buckets(0);
    static final Buckets ALL = new Buckets(-1);

    static Buckets of(int bucket) {
        return new Buckets(1L << bucket);
    }

    static Buckets of(Collection<OutboxRow> rows) {
        return new Buckets(rows.stream()
                .mapToLong(row -> 1L << OutboxRow.bucket(row.aggregateId()))
                .reduce(0, (a, b) -> a | b));
    }

    Buckets and(Buckets others) {
        return new Buckets(bits | others.bits);
    }

    Buckets without(Buckets others) {
        return new Buckets(bits & ~others.bits);
    }

    Buckets in(Buckets others) {
        return new Buckets(bits & others.bits);
    }

    /** Some of them, at most so many. */
    Buckets some(int atMost) {
        return numbers().limit(atMost).mapToObj(Buckets::of).reduce(NONE, Buckets::and);
    }

    boolean contains(int bucket) {
        return (bits & 1L << bucket) != 0;
    }

    boolean isEmpty() {
        return bits == 0;
    }

    int count() {
        return Long.bitCount(bits);
    }

    IntStream numbers() {
        return IntStream.range(0, OutboxRow.BUCKETS).filter(this::contains);
    }

    /** As a parameter of a statement. */
    Short[] array() {
        return numbers().mapToObj(bucket -> (short) bucket).toArray(Short[]::new);
    }
}
