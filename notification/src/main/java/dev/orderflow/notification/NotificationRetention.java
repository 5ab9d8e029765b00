package dev.orderflow.notification;

import dev.orderflow.messaging.MessagingConfig;
import dev.orderflow.messaging.Repetition;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;

/**
 * Deletes notifications that ended long ago, a thousand a transaction, so that the table does not grow without end and
 * nobody waits for the cleaning. What still waits stays, however old. Replicas may clean at once: each passes over what
 * another has locked.
 */
@ApplicationScoped
class NotificationRetention {

    private static final int AT_ONCE = 1000;
    /** Materialised, so that the limit is applied once. */
    private static final String DELETE = """
            with old as materialized (
                select id from notification
                where finished_at < clock_timestamp() - $1 * interval '1 millisecond'
                order by finished_at limit $2 for update skip locked)
            delete from notification where id in (select id from old)""";

    private final Pool pool;
    private final Duration age;
    private final Repetition sweeps;

    NotificationRetention(NotificationConfig config, MessagingConfig messaging, Vertx vertx, Pool pool) {
        this.pool = pool;
        this.age = beyond(messaging.inboxKeep(), config.retention());
        this.sweeps = new Repetition(vertx, this::sweep, config.cleanUpInterval(), config.cleanUpInterval());
    }

    /** A notification that is forgotten before its event would be sent again by a replay: the service does not start so. */
    static Duration beyond(Duration inboxKeep, Duration retention) {
        if (retention.compareTo(inboxKeep) <= 0) {
            throw new IllegalArgumentException(
                    "notification.retention (%s) has to be longer than messaging.inbox-keep (%s)"
                            .formatted(retention, inboxKeep));
        }
        return retention;
    }

    void start(@Observes StartupEvent event) {
        sweeps.start();
    }

    void stop(@Observes ShutdownEvent event) {
        sweeps.stop();
    }

    /** Deletes everything that is past its time now. */
    Uni<Void> sweep() {
        return pool.withConnection(sql -> sql.preparedQuery(DELETE).execute(Tuple.of(age.toMillis(), AT_ONCE)))
                .chain(rows -> rows.rowCount() < AT_ONCE ? Uni.createFrom().voidItem() : sweep());
    }
}
