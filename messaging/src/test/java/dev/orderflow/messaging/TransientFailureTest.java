package dev.orderflow.messaging;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.impl.NoStackTraceThrowable;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.sql.SQLException;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransientFailureTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "08006", "28P01", "3D000", "40001", "40P01", "53300", "57P01", "57014", "58030", "55P03", "25006",
                "25P03", "25P04"
            })
    void passes(String sqlState) {
        assertTrue(TransientFailure.is(new PgException("", "FATAL", sqlState, "")));
        assertTrue(TransientFailure.is(new CompletionException(new PgException("", "FATAL", sqlState, ""))));
        assertTrue(TransientFailure.is(new IllegalStateException(new SQLException("", sqlState))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"22021", "22P02", "23505", "23514", "42P01", "55000", "XX000", "P0001", ""})
    void stays(String sqlState) {
        assertFalse(TransientFailure.is(new PgException("", "ERROR", sqlState, "")));
        assertFalse(TransientFailure.is(new IllegalStateException(new SQLException("", sqlState))));
    }

    @Test
    void knowsWhatTheDatabaseEndedForItsLength() {
        assertTrue(TransientFailure.isTooSlow(new CompletionException(new PgException("", "FATAL", "25P04", ""))));
        assertTrue(TransientFailure.isTooSlow(new IllegalStateException(new SQLException("", "57014"))));
        assertFalse(TransientFailure.isTooSlow(new PgException("", "ERROR", "40P01", "")));
        assertFalse(TransientFailure.isTooSlow(ClosedConnectionException.INSTANCE));
    }

    @Test
    void passesWhenItIsOneOfConnecting() {
        assertTrue(TransientFailure.is(new ConnectException("refused")));
        assertTrue(TransientFailure.is(ClosedConnectionException.INSTANCE));
        assertTrue(TransientFailure.is(new SSLHandshakeException("certificate expired")));
        assertTrue(TransientFailure.is(new NoStackTraceThrowable("Timeout")));
        assertTrue(TransientFailure.is(new NoStackTraceThrowable("Pool closed")));
        assertTrue(TransientFailure.is(
                new NoStackTraceThrowable("Connection is not active now, current status: CLOSING")));
        assertTrue(TransientFailure.is(new ConnectionPoolTooBusyException("too many wait for a connection")));
    }

    /** The client's class for a time-out is also that for a mistake in our code. */
    @Test
    void staysWhenAParameterDoesNotFit() {
        assertFalse(TransientFailure.is(new NoStackTraceThrowable(
                "Parameter at position[0] with class = [java.lang.String] can not be coerced")));
    }

    @Test
    void staysWhenItIsTheRecordsOwn() {
        assertFalse(TransientFailure.is(new IllegalStateException("no such item")));
        assertFalse(TransientFailure.is(new NullPointerException()));
        assertFalse(TransientFailure.is(new StackOverflowError()));
    }

    @Test
    void anAnswerOfTheDatabaseCountsMoreThanWhatWrapsIt() {
        PgException answer = new PgException("", "ERROR", "23505", "");

        assertFalse(TransientFailure.is(new IllegalStateException(answer)));
    }

    @Test
    void aBodyThatIsNoJsonIsTheRecordsOwn() {
        assertFalse(TransientFailure.is(new UncheckedIOException(
                new com.fasterxml.jackson.core.JsonParseException(null, "Unexpected character"))));
    }
}
