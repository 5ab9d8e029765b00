package dev.orderflow.order.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orderflow.order.domain.Claim.Answered;
import dev.orderflow.order.domain.Claim.Granted;
import dev.orderflow.order.domain.Claim.OtherRequest;
import dev.orderflow.order.domain.Claim.Running;
import dev.orderflow.order.domain.Claim.State;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ClaimTest {

    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final UUID ID = new UUID(0, 1);
    private static final UUID FRESH = new UUID(0, 2);

    private final Claim running = Claim.first("print", ID, NOW, LEASE);
    private final Claim done = running.done(1).orElseThrow();
    private final Claim abandoned = running.abandoned(1).orElseThrow();

    @Test
    void secondRequestWaitsWhileTheFirstRuns() {
        assertEquals(new Running(Duration.ofSeconds(10)), again(running, NOW.plusSeconds(20)));
    }

    @Test
    void deadAttemptIsTakenOverWithTheSameOrder() {
        var taken = new Claim("print", ID, 2, NOW.plusSeconds(60), State.RUNNING);

        assertEquals(new Granted(taken), again(running, NOW.plusSeconds(30)));
    }

    @Test
    void abandonedClaimIsTakenOverWithANewOrder() {
        var anew = new Claim("print", FRESH, 2, NOW.plusSeconds(30), State.RUNNING);

        assertEquals(new Granted(anew), again(abandoned, NOW));
    }

    @Test
    void finishedClaimIsAnswered() {
        assertEquals(new Answered(), again(done, NOW.plusSeconds(3600)));
    }

    @Test
    void keyStandsForOneRequestInEveryState() {
        for (var claim : new Claim[] {running, done, abandoned}) {
            assertEquals(new OtherRequest(), claim.again("other", FRESH, NOW.plusSeconds(3600), LEASE));
        }
    }

    @Test
    void attemptThatWasTakenOverCanDoNothingAnyMore() {
        var taken = ((Granted) again(running, NOW.plusSeconds(30))).claim();

        assertEquals(Optional.empty(), taken.done(1));
        assertEquals(Optional.empty(), taken.abandoned(1));
        assertEquals(State.DONE, taken.done(2).orElseThrow().state());
    }

    @Test
    void endsOnce() {
        for (var ended : new Claim[] {done, abandoned}) {
            assertEquals(Optional.empty(), ended.done(1));
            assertEquals(Optional.empty(), ended.abandoned(1));
        }
    }

    private static Claim.Outcome again(Claim claim, Instant now) {
        return claim.again("print", FRESH, now, LEASE);
    }
}
