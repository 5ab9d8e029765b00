package dev.orderflow.inventory;

import io.vertx.core.VertxException;
import io.vertx.core.impl.NoStackTraceThrowable;
import io.vertx.pgclient.PgException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** Tells "not now" from "never": a failure of the way to the database, which may be gone at the next attempt. */
final class Unavailability {

    /** Connection lost, out of resources, ended by an operator or a shutdown, collided, waited too long for a lock. */
    private static final List<String> PASSING = List.of("08", "53", "57", "40", "55P03");

    private Unavailability() {}

    static boolean isCauseOf(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .limit(20)
                .anyMatch(Unavailability::passes);
    }

    private static boolean passes(Throwable failure) {
        return switch (failure) {
            case PgException refused ->
                refused.getSqlState() != null && PASSING.stream().anyMatch(refused.getSqlState()::startsWith);
            // The bare Throwable is how the client says that no connection came free in time.
            case SocketException _, ClosedChannelException _, TimeoutException _, VertxException _ -> true;
            case io.smallrye.mutiny.TimeoutException _, NoStackTraceThrowable _ -> true;
            case IOException plain -> plain.getClass() == IOException.class;
            default -> false;
        };
    }
}
