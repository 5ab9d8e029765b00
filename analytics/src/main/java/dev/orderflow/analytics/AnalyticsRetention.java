package dev.orderflow.analytics;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.jboss.logging.Logger;

/** Prepares the log's next days, drops its oldest, and deletes old minutes, some thousand rows a transaction. */
@ApplicationScoped
class AnalyticsRetention {

    private static final Logger LOG = Logger.getLogger(AnalyticsRetention.class);
    private static final int AT_ONCE = 5000;

    private final AnalyticsConfig.Retention config;
    private final Vertx vertx;
    private final Pool pool;
    private long timer;

    AnalyticsRetention(AnalyticsConfig config, Vertx vertx, Pool pool) {
        this.config = config.retention();
        this.vertx = vertx;
        this.pool = pool;
    }

    void start(@Observes StartupEvent event) {
        timer = vertx.setPeriodic(0, config.every().toMillis(), id -> sweep().subscribe()
                .with(done -> {}, failure -> LOG.warnf("cleaning failed, again in %s: %s", config.every(), failure)));
    }

    void stop(@Observes ShutdownEvent event) {
        vertx.cancelTimer(timer);
    }

    Uni<Void> sweep() {
        OffsetDateTime now = OffsetDateTime.now(ZoneOffset.UTC);
        return pool.preparedQuery("select events_maintain($1)")
                .execute(Tuple.of(now.minus(config.events()).toLocalDate()))
                .chain(() -> deleteMinutes(now.minus(config.minutes())));
    }

    private Uni<Void> deleteMinutes(OffsetDateTime before) {
        return pool.preparedQuery("""
                        delete from minutes where (minute, event_type, detail) in (
                            select minute, event_type, detail from minutes
                            where minute < $1 order by minute limit $2 for update skip locked)""")
                .execute(Tuple.of(before, AT_ONCE))
                .chain(rows -> rows.rowCount() < AT_ONCE ? Uni.createFrom().voidItem() : deleteMinutes(before));
    }
}
