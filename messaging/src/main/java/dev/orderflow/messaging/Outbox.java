package dev.orderflow.messaging;

import io.quarkus.vertx.core.runtime.context.VertxContextSafetyToggle;
import io.smallrye.common.vertx.VertxContext;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.jboss.logging.Logger;

/** The only way to publish: in a transaction, together with the change that the event tells of. */
@ApplicationScoped
public class Outbox {

    private static final Logger LOG = Logger.getLogger(Outbox.class);

    private final Pool pool;
    private final OutboxAppender appender;
    private final RelayRunner relay;
    private final Vertx vertx;

    Outbox(Pool pool, OutboxAppender appender, RelayRunner relay, Vertx vertx) {
        this.pool = pool;
        this.appender = appender;
        this.relay = relay;
        this.vertx = vertx;
    }

    /**
     * Runs {@code work} in one transaction: commits when it succeeds, rolls back when it fails, and wakes the relay after
     * a commit that appended events; what was left to do after the commit follows. Nothing is retried here. Whoever stops
     * waiting does not stop the transaction.
     */
    public <T> Uni<T> transaction(Function<Transaction, Uni<T>> work) {
        return Uni.createFrom().deferred(() -> {
            Open open = new Open();
            return pool.withTransaction(connection -> open.run(connection, work))
                    .invoke(() -> {
                        if (!open.appended.isEmpty()) {
                            relay.wake(open.appended);
                        }
                        open.afterCommit.forEach(Outbox::run);
                    });
        });
    }

    /** What is committed has not failed, whatever comes after it. */
    private static void run(Runnable afterCommit) {
        try {
            afterCommit.run();
        } catch (RuntimeException e) {
            LOG.error("after a commit", e);
        }
    }

    /** The same on a Vert.x context of its own, so that a trace made current in it is that of this transaction alone. */
    <T> Uni<T> isolatedTransaction(Function<Transaction, Uni<T>> work) {
        return transaction(work).runSubscriptionOn(command -> {
            Context context = VertxContext.createNewDuplicatedContext(vertx.getOrCreateContext());
            VertxContextSafetyToggle.setContextSafe(context, true);
            context.runOnContext(nothing -> command.run());
        });
    }

    private final class Open {
        private final Queue<Runnable> afterCommit = new ConcurrentLinkedQueue<>();
        private volatile Buckets appended = Buckets.NONE;

        private <T> Uni<T> run(SqlConnection connection, Function<Transaction, Uni<T>> work) {
            // Deferred, so that an exception thrown by the work rolls back like one that its Uni fails with.
            return Uni.createFrom()
                    .deferred(() -> work.apply(new Transaction() {
                        @Override
                        public SqlConnection sql() {
                            return connection;
                        }

                        @Override
                        public Uni<Void> append(Cause cause, List<OutgoingEvent> events) {
                            return write(appender.rows(cause, events));
                        }

                        @Override
                        public void afterCommit(Runnable action) {
                            afterCommit.add(action);
                        }

                        private Uni<Void> write(List<OutboxRow> rows) {
                            appended = appended.and(Buckets.of(rows));
                            return appender.insert(connection, rows);
                        }
                    }));
        }
    }
}
