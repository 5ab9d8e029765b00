package dev.orderflow.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.quarkiverse.resteasy.problem.HttpProblem;
import io.smallrye.mutiny.Uni;
import java.net.ConnectException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
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
