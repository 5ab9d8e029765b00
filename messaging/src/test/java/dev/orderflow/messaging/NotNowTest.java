package dev.orderflow.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.ServerErrorException;
import jakarta.ws.rs.core.Response;
import java.net.ConnectException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class NotNowTest {

    @Test
    void saysWhenToAskADatabaseThatIsAway() {
        var answer = answerOf(NotNow.orAnswer(Uni.createFrom().failure(new ConnectException())));

        assertEquals(503, answer.getStatus());
        assertEquals("2", answer.getHeaderString("Retry-After"));
    }

    @Test
    void givesUpAReadThatIsNotAnswered() {
        var answer = answerOf(NotNow.orRead(Uni.createFrom().nothing(), Duration.ofMillis(1)));

        assertEquals(504, answer.getStatus());
        assertEquals("2", answer.getHeaderString("Retry-After"));
    }

    @Test
    void leavesABugWhatItIs() {
        var bug = Uni.createFrom().failure(new IllegalStateException("bug"));

        assertThrows(
                IllegalStateException.class, () -> NotNow.orRead(bug).await().indefinitely());
    }

    private static Response answerOf(Uni<?> failing) {
        return assertThrows(ServerErrorException.class, () -> failing.await().indefinitely())
                .getResponse();
    }
}
