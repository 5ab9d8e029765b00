package dev.orderflow.messaging;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The rounds of a relay: of one bucket a single one goes on at a time. When Kafka says nothing about the records of one,
 * as while a partition has no leader, it is set aside with them, and its bucket goes on without their keys: these are left
 * out of every reading until the answer has come and the row is gone. For the relay's thread.
 */
final class Rounds {

    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int SHORTER_AFTER_THE_FIRST = 10; // times; or each bucket would stand still again and again
    static final int MOST_ASIDE = 2_000; // records; when all of Kafka is away, no more than these are read in vain

    private final Duration longest;
    private final Map<Integer, Round> going = new HashMap<>(); // by bucket
    private final Map<Round, Integer> aside = new HashMap<>(); // to the bucket

    /**
     * What has come out of rounds.
     *
     * @param again buckets in which there may be rows that were left out before
     */
    record Settled(List<OutboxRow> acknowledged, List<Round.Failed> failed, Buckets again) {}

    Rounds() {
        this(PATIENCE);
    }

    /** @param longest how long an answer is waited for before the first round is set aside */
    Rounds(Duration longest) {
        this.longest = longest;
    }

    void add(int bucket, Round round) {
        going.put(bucket, round);
    }

    boolean isEmpty() {
        return going.isEmpty() && aside.isEmpty();
    }

    /** Of which a round goes on. */
    Buckets going() {
        return buckets(going.keySet().stream());
    }

    /** Of which anything is under way. */
    Buckets busy() {
        return going().and(stuck());
    }

    /** Of which something was set aside. */
    Buckets stuck() {
        return buckets(aside.values().stream());
    }

    private static Buckets buckets(Stream<Integer> numbers) {
        return numbers.map(Buckets::of).reduce(Buckets.NONE, Buckets::and);
    }

    /** What all hold in memory, about. */
    long bytes() {
        return all().mapToLong(Round::bytes).sum();
    }

    private Stream<Round> all() {
        return Stream.concat(going.values().stream(), aside.keySet().stream());
    }

    /** Records that are waited for apart from their buckets. */
    int countAside() {
        return aside.keySet().stream().mapToInt(Round::countUnderWay).sum();
    }

    /** Whether {@link #settle} would do something. */
    boolean haveNews() {
        return untilNews().isZero();
    }

    /** How long it takes until there are news, if nothing is answered. */
    Duration untilNews() {
        if (going.values().stream().anyMatch(Round::isOver)
                || aside.keySet().stream().anyMatch(Round::isAnswered)) {
            return Duration.ZERO;
        }
        if (countAside() >= MOST_ASIDE) {
            return longest;
        }
        Duration longestSilence = going.values().stream()
                .map(Round::silence)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
        Duration left = patience().minus(longestSilence);
        return left.isNegative() ? Duration.ZERO : left;
    }

    private Duration patience() {
        return aside.isEmpty() ? longest : longest.dividedBy(SHORTER_AFTER_THE_FIRST);
    }

    /** Keys of these buckets that must not be read: of each a record is under way, or its row is still there after it. */
    Set<OutboxRow.Aggregate> leftOut(Buckets read) {
        return aside.entrySet().stream()
                .filter(round -> read.contains(round.getValue()))
                .flatMap(round -> round.getKey().unsettled())
                .collect(Collectors.toSet());
    }

    /** Waits no longer for what was set aside, which has to be read again. */
    void giveUpAside() {
        aside.clear();
    }

    /** Ends what is over, sets aside what takes too long, and takes what has been answered. */
    Settled settle() {
        Buckets again = setAside();
        again = again.and(buckets(aside.entrySet().stream()
                .filter(round -> round.getKey().isAnswered())
                .map(Map.Entry::getValue)));
        List<Round> answered = Stream.concat(going.values().stream().filter(Round::isOver), aside.keySet().stream())
                .toList();
        Settled settled = new Settled(
                answered.stream()
                        .flatMap(round -> round.takeAcknowledged().stream())
                        .toList(),
                answered.stream().flatMap(round -> round.takeFailed().stream()).toList(),
                again);
        going.values().removeIf(Round::isOver);
        aside.keySet().removeIf(Round::isOver);
        return settled;
    }

    private Buckets setAside() {
        Duration patience = patience();
        Buckets gone = Buckets.NONE;
        for (Map.Entry<Integer, Round> round : List.copyOf(going.entrySet())) {
            boolean tooLong = round.getValue().silence().compareTo(patience) >= 0;
            if (tooLong && !round.getValue().isOver() && countAside() < MOST_ASIDE) {
                round.getValue().handOverNoMore();
                going.remove(round.getKey());
                aside.put(round.getValue(), round.getKey());
                gone = gone.and(Buckets.of(round.getKey()));
            }
        }
        return gone;
    }
}
