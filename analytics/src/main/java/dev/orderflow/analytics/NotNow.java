package dev.orderflow.analytics;

import io.quarkiverse.resteasy.problem.HttpProblem;
import io.vertx.core.VertxException;
import io.vertx.core.impl.NoStackTraceThrowable;
import io.vertx.pgclient.PgException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** A database that is away or too busy is no error of ours for ever: the answer says when to ask again. */
final class NotNow {

    /** Classes of SQLSTATE: connection, collision, resources, operator or shutdown. */
    private static final Set<String> PASSING = Set.of("08", "40", "53", "57");

    private static final String LOCK_NOT_AVAILABLE = "55P03";
    private static final int RETRY_AFTER_SECONDS = 2;

    private NotNow() {}

    static boolean is(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .limit(20) // causes may go in circles
                .anyMatch(NotNow::passes);
    }

    /** A lost connection comes as a plain IOException, a pool without a free one as a NoStackTraceThrowable. */
    private static boolean passes(Throwable cause) {
        return switch (cause) {
            case PgException answer -> passes(answer.getSqlState());
            case SocketException _, ClosedChannelException _, TimeoutException _ -> true;
            case VertxException _, NoStackTraceThrowable _ -> true;
            default -> cause.getClass() == IOException.class;
        };
    }

    private static boolean passes(String state) {
        return state.length() == 5 && (PASSING.contains(state.substring(0, 2)) || state.equals(LOCK_NOT_AVAILABLE));
    }

    static HttpProblem problem(Throwable failure) {
        return HttpProblem.builder()
                .withTitle(Response.Status.SERVICE_UNAVAILABLE.getReasonPhrase())
                .withStatus(Response.Status.SERVICE_UNAVAILABLE)
                .withDetail("The database cannot be reached at the moment")
                .withHeader(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
                .build();
    }
}
