package dev.orderflow.messaging;

import io.netty.channel.unix.Errors;
import io.vertx.core.VertxException;
import io.vertx.core.impl.NoStackTraceThrowable;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether trying again later can help. By SQLSTATE where the database answered: connection (08), login (28), no
 * such database (3D), conflict with another transaction (40), out of resources (53), operator or shutdown (57), its disk
 * (58), a database that only reads, as a former primary (25006), a lock not got in time (55P03), a transaction that took
 * longer than its session may (25P03, 25P04). Otherwise by whether the failure is one of connecting. Everything else
 * would fail for ever.
 */
public final class TransientFailure {

    private static final Set<String> CLASSES = Set.of("08", "28", "3D", "40", "53", "57", "58");
    private static final Set<String> TOO_SLOW = Set.of("25P03", "25P04", "57014");
    private static final Set<String> OTHERS = Set.of("25006", "55P03");
    private static final int DEEPEST_CAUSE = 20;

    private TransientFailure() {}

    /** Whether a failure of the database, or of the way to it, may be gone at the next attempt. */
    public static boolean is(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
            String state = sqlState(cause);
            if (state != null) {
                return isSqlState(state);
            }
            if (isConnection(cause)) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    static boolean isSqlState(String state) {
        return state.length() == 5
                && (CLASSES.contains(state.substring(0, 2)) || TOO_SLOW.contains(state) || OTHERS.contains(state));
    }

    /** Whether the database ended it because it took too long: less at a time may be done in time. */
    static boolean isTooSlow(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
            String state = sqlState(cause);
            if (state != null) {
                return TOO_SLOW.contains(state);
            }
            cause = cause.getCause();
        }
        return false;
    }

    /** What the database answered, or what Hibernate makes of it. */
    private static @Nullable String sqlState(Throwable failure) {
        if (failure instanceof PgException answer) {
            return answer.getSqlState();
        }
        return failure instanceof SQLException answer ? answer.getSQLState() : null;
    }

    private static boolean isConnection(Throwable cause) {
        return isNetwork(cause)
                || cause instanceof TimeoutException
                || cause instanceof io.smallrye.mutiny.TimeoutException
                || cause instanceof ClosedConnectionException
                || cause instanceof VertxException
                || (cause instanceof NoStackTraceThrowable && isAboutConnections(cause.getMessage()))
                || cause instanceof OutOfMemoryError;
    }

    // With one class the client says that no connection becomes free or none is made, that the pool or the
    // connection is being closed, as at the end of a service, and that a parameter does not fit, which it never
    // will.
    private static boolean isAboutConnections(@Nullable String message) {
        return message != null
                && (message.equals("Timeout")
                        || message.equals("Pool closed")
                        || message.startsWith("Connection is not active"));
    }

    // Not every IOException: those of a JSON parser are, too, and come again with the same record for ever.
    private static boolean isNetwork(Throwable cause) {
        return cause instanceof SocketException
                || cause instanceof UnknownHostException
                || cause instanceof InterruptedIOException
                || cause instanceof ClosedChannelException
                || cause instanceof SSLException // a certificate that has expired, until there is another
                || cause.getClass() == IOException.class // "Connection reset by peer" comes as nothing more special
                || cause instanceof Errors.NativeIoException;
    }
}
