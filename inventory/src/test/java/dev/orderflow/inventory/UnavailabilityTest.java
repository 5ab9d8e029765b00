package dev.orderflow.inventory;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.impl.NoStackTraceThrowable;
import io.vertx.pgclient.PgException;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnavailabilityTest {

    @ParameterizedTest
    @ValueSource(strings = {"08006", "40001", "40P01", "53300", "55P03", "57P01"})
    void whatPassesIsNotNow(String state) {
        assertTrue(Unavailability.isCauseOf(new IllegalStateException(postgres(state))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"22021", "23505", "23514", "42P01", "55000"})
    void whatIsWrongStaysWrong(String state) {
        assertFalse(Unavailability.isCauseOf(new IllegalStateException(postgres(state))));
    }

    static Stream<Throwable> lost() {
        return Stream.of(
                new ConnectException(),
                new ClosedChannelException(),
                new IOException("Connection reset by peer"),
                new TimeoutException(),
                new NoStackTraceThrowable("Timeout"));
    }

    @ParameterizedTest
    @MethodSource("lost")
    void lostConnectionIsNotNow(Throwable failure) {
        assertTrue(Unavailability.isCauseOf(failure));
    }

    private static PgException postgres(String state) {
        return new PgException("refused", "ERROR", state, "");
    }
}
