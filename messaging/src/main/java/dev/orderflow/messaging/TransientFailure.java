package dev.orderflow.messaging;

import com.fasterxml.jackson.core.JacksonException;
import io.vertx.core.VertxException;
import io.vertx.core.impl.NoStackTraceThrowable;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.util.Set;
import java.util.concurrent.TimeoutException;

/**
 * Decides whether trying again later can help. By SQLSTATE where the database answered: connection (08), conflict with
 * another transaction (40), out of resources (53), operator or shutdown (57), a lock not got in time (55P03). Otherwise by
 * whether the failure is one of connecting. Everything else would fail for ever.
 */
final class TransientFailure {

    private static final Set<String> CLASSES = Set.of("08", "40", "53", "57");
    private static final String LOCK_NOT_AVAILABLE = "55P03";
    private static final int DEEPEST_CAUSE = 20;

    private TransientFailure() {}

    static boolean is(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
            if (cause instanceof PgException answer) {
                return isSqlState(answer.getSqlState());
            }
            if (isConnection(cause)) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    static boolean isSqlState(String state) {
        return state.length() == 5 && (CLASSES.contains(state.substring(0, 2)) || state.equals(LOCK_NOT_AVAILABLE));
    }

    // NoStackTraceThrowable is what the client says "timeout" with when no connection becomes free or none is made.
    // What cannot be decoded is an IOException to Jackson and to charsets, and will not be decodable later either.
    private static boolean isConnection(Throwable cause) {
        if (cause instanceof JacksonException || cause instanceof CharacterCodingException) {
            return false;
        }
        return cause instanceof IOException
                || cause instanceof TimeoutException
                || cause instanceof io.smallrye.mutiny.TimeoutException
                || cause instanceof ClosedConnectionException
                || cause instanceof VertxException
                || cause instanceof NoStackTraceThrowable
                || cause instanceof OutOfMemoryError;
    }
}
