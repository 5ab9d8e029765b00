package dev.orderflow.messaging;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.List;

/** One open database transaction: everything done through it commits together, its events included. */
public interface Transaction {

    /** The connection that the transaction runs on. Not to be kept, closed or committed. */
    SqlConnection sql();

    /**
     * Stores events in this transaction, so that they are published if and only if it commits.
     *
     * <p>The aggregate's row must have been locked or version-checked in this transaction before: only then is the order
     * of the outbox ids the order of the commits.
     *
     * @throws IllegalArgumentException for an event that could never be sent: too large, or with a header that Kafka
     *     refuses
     */
    Uni<Void> append(Cause cause, List<OutgoingEvent> events);

    /**
     * Runs {@code action} once the transaction has committed, and never if it does not: for counters and log lines, which
     * would be untrue after a rollback and repeated by the next attempt. Nothing that has to happen, because a crash leaves
     * it out. One that throws is logged.
     */
    void afterCommit(Runnable action);
}
