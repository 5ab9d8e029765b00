package dev.orderflow.messaging;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.pgclient.PgConnection;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The one connection of a relay. The locks that it holds last exactly as long as it does. For the relay's thread, which
 * may wait.
 */
final class RelayConnection implements AutoCloseable {

    private final PgConnection connection;
    private final Duration silence;
    private volatile boolean lost;

    /** @param silence how long an answer is waited for */
    RelayConnection(PgConnection connection, Duration silence) {
        this.connection = connection;
        this.silence = silence;
    }

    /** Has somebody told as soon as it is known to be gone, and of what other replicas say; both on an event loop. */
    void listen(Runnable gone, Consumer<String> said) {
        connection.notificationHandler(notification -> said.accept(notification.getPayload()));
        connection.closeHandler(() -> {
            lost = true;
            gone.run();
        });
        ask("listen outbox", Tuple.tuple());
    }

    /** What only reads, as a former primary, could not delete what is sent: it would be sent again and again. */
    void refuseReadOnly() {
        String only = ask("show transaction_read_only", Tuple.tuple())
                .iterator()
                .next()
                .getString(0);
        if (!only.equals("off")) {
            throw new IllegalStateException("the database takes no writes");
        }
    }

    boolean isLost() {
        return lost;
    }

    /** Waits for the answer; throws when there is none, or the connection is gone. */
    RowSet<Row> ask(String sql, Tuple values) {
        return await(connection.preparedQuery(sql).execute(values));
    }

    /** Sends it off; another statement can follow before {@link #answer} is asked for. */
    CompletableFuture<RowSet<Row>> send(String sql, Tuple values) {
        return connection.preparedQuery(sql).execute(values).subscribeAsCompletionStage();
    }

    RowSet<Row> answer(CompletableFuture<RowSet<Row>> sent) {
        return await(Uni.createFrom().completionStage(sent));
    }

    private <T> T await(Uni<T> answer) {
        return answer.await().atMost(silence);
    }

    @Override
    public void close() {
        try {
            connection.close().await().atMost(Duration.ofSeconds(5));
        } catch (RuntimeException alreadyGone) {
            lost = true;
        }
    }
}
