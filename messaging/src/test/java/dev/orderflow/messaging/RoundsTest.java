package dev.orderflow.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.kafka.common.InvalidRecordException;
import org.junit.jupiter.api.Test;

class RoundsTest {

    private final OutboxRow first = row("a", 1);
    private final OutboxRow second = row("a", 2);
    private final OutboxRow other = row("b", 1);
    private final Round round = new Round(List.of(first, second, other), (itself, row) -> {});

    @Test
    void whatIsAcknowledgedInTimeIsNeverSetAside() {
        Rounds rounds = begun(Duration.ofHours(1));

        round.answered(first, null);
        round.answered(other, null);
        assertFalse(rounds.haveNews());
        round.answered(second, null);

        assertTrue(rounds.haveNews());
        assertEquals(Set.of(), rounds.leftOut(Buckets.ALL));
        assertEquals(List.of(first, other, second), rounds.settle().acknowledged());
        assertTrue(rounds.isEmpty());
    }

    @Test
    void aBucketGoesOnWithoutTheKeysThatAreNotAcknowledged() {
        Rounds rounds = begun(Duration.ZERO);
        round.answered(other, null);

        Rounds.Settled settled = rounds.settle();

        assertEquals(List.of(other), settled.acknowledged());
        assertEquals(Buckets.of(7), settled.again());
        assertEquals(Buckets.NONE, rounds.going());
        assertEquals(Buckets.of(7), rounds.busy());
        assertEquals(Set.of(first.aggregate()), rounds.leftOut(Buckets.ALL));
        assertEquals(first.size(), rounds.bytes());
    }

    /** Its row is deleted beside the next reading, which must not see it. */
    @Test
    void aKeyIsLeftOutUntilItsAcknowledgedRowWasTaken() {
        Rounds rounds = begun(Duration.ZERO);
        rounds.settle();

        round.answered(first, null);

        assertEquals(Set.of(first.aggregate(), other.aggregate()), rounds.leftOut(Buckets.ALL));
        Rounds.Settled settled = rounds.settle();
        assertEquals(List.of(first), settled.acknowledged());
        assertEquals(Buckets.of(7), settled.again());
        assertEquals(Set.of(other.aggregate()), rounds.leftOut(Buckets.ALL));
    }

    @Test
    void aRefusalIsToldOfAfterwards() {
        Rounds rounds = begun(Duration.ZERO);
        rounds.settle();

        round.answered(first, new InvalidRecordException("of the test"));
        round.answered(other, null);

        assertEquals(Set.of(first.aggregate(), other.aggregate()), rounds.leftOut(Buckets.ALL));
        assertEquals(Set.of(), rounds.leftOut(Buckets.ALL.without(Buckets.of(7))));
        assertEquals(first, rounds.settle().failed().getFirst().row());
        assertTrue(rounds.isEmpty());
    }

    /** While all of Kafka is away. */
    @Test
    void onlySoManyAreSetAside() {
        Rounds rounds = new Rounds(Duration.ofNanos(1));
        int each = 10;
        for (int bucket = 0; bucket < OutboxRow.BUCKETS; bucket++) {
            for (int i = 0; i < each && rounds.countAside() < Rounds.MOST_ASIDE; i++) {
                int number = bucket * each + i;
                rounds.add(
                        bucket,
                        begun(new Round(
                                IntStream.range(0, OutboxReader.ROWS_PER_BUCKET)
                                        .mapToObj(row -> row(number + "/" + row, 1))
                                        .toList(),
                                (itself, row) -> {})));
                rounds.settle();
            }
        }
        assertTrue(rounds.countAside() < Rounds.MOST_ASIDE + OutboxReader.ROWS_PER_BUCKET);

        rounds.add(7, begun(round));
        rounds.settle();

        assertEquals(Buckets.of(7), rounds.going());
        assertFalse(rounds.haveNews());
    }

    private Rounds begun(Duration patience) {
        Rounds rounds = new Rounds(patience);
        rounds.add(7, begun(round));
        return rounds;
    }

    private static Round begun(Round round) {
        round.start();
        return round;
    }

    private static OutboxRow row(String id, long sequence) {
        return new OutboxRow(
                sequence,
                "topic",
                "thing",
                id,
                sequence,
                "thing.happened",
                new byte[100],
                new UUID(7, sequence),
                "1.0",
                "/test",
                Instant.EPOCH,
                new Cause("story", null, null),
                null);
    }
}
