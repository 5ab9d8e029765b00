package dev.orderflow.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkiverse.resteasy.problem.HttpProblem;
import io.smallrye.mutiny.Uni;
import java.net.ConnectException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class NotNowTest {

    @Test
    void saysWhenToAskADatabaseThatIsAway() {
        var answer = answerOf(NotNow.orAnswer(Uni.createFrom().failure(new ConnectException())));

        assertEquals(503, answer.getStatusCode());
        assertEquals(URI.create("urn:orderflow:problem:database-unavailable"), answer.getType());
        assertEquals(Map.of("Retry-After", 2), answer.getHeaders());
    }

    @Test
    void givesUpAReadThatIsNotAnswered() {
        var answer = answerOf(NotNow.orRead(Uni.createFrom().nothing(), Duration.ofMillis(1)));

        assertEquals(504, answer.getStatusCode());
        assertEquals(URI.create("urn:orderflow:problem:too-slow"), answer.getType());
        assertEquals(Map.of("Retry-After", 2), answer.getHeaders());
    }

    @Test
    void finishesACommandThatIsNotWaitedFor() {
        var database = new CompletableFuture<String>();
        var done = new AtomicBoolean();
        var command = Uni.createFrom().completionStage(database).invoke(() -> done.set(true));

        var answer = answerOf(NotNow.orAnswer(command, Duration.ofMillis(1)));
        database.complete("committed");

        assertEquals(504, answer.getStatusCode());
        assertTrue(done.get());
    }

    @Test
    void fillsNoLogWithWhereItWasNoticed() {
        var answer = answerOf(NotNow.orAnswer(Uni.createFrom().failure(new ConnectException())));

        assertEquals(0, answer.getStackTrace().length);
        assertNull(answer.getCause());
    }

    @Test
    void leavesABugWhatItIs() {
        var bug = Uni.createFrom().failure(new IllegalStateException("bug"));

        assertThrows(
                IllegalStateException.class, () -> NotNow.orRead(bug).await().indefinitely());
    }

    private static HttpProblem answerOf(Uni<?> failing) {
        return assertThrows(HttpProblem.class, () -> failing.await().indefinitely());
    }
}
