package dev.orderflow.analytics;

import dev.orderflow.messaging.Repetition;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** Prepares the log's next days, drops its oldest, and deletes old minutes, some thousand rows a transaction. */
@ApplicationScoped
class AnalyticsRetention {

    private static final int AT_ONCE = 5000;
    /** Materialised, so that the limit is applied once. */
    private static final String DELETE_MINUTES = """
            with old as materialized (
                select minute, event_type, detail from minutes
                where minute < $1 order by minute limit $2 for update skip locked)
            delete from minutes where (minute, event_type, detail) in (select minute, event_type, detail from old)""";

    private final AnalyticsConfig.Retention config;
    private final Pool pool;
    private final Repetition sweeps;

    AnalyticsRetention(AnalyticsConfig config, Vertx vertx, Pool pool) {
        this.config = config.retention();
        this.pool = pool;
        this.sweeps = new Repetition(
                vertx,
                this::sweep,
                config.retention().every(),
                config.retention().every());
    }

    void start(@Observes StartupEvent event) {
        sweeps.start();
    }

    void stop(@Observes ShutdownEvent event) {
        sweeps.stop();
    }

    Uni<Void> sweep() {
        OffsetDateTime now = OffsetDateTime.now(ZoneOffset.UTC);
        return pool.withConnection(sql -> sql.preparedQuery("select events_maintain($1)")
                        .execute(Tuple.of(now.minus(config.events()).toLocalDate())))
                .chain(() -> deleteMinutes(now.minus(config.minutes())));
    }

    private Uni<Void> deleteMinutes(OffsetDateTime before) {
        return pool.withConnection(sql -> sql.preparedQuery(DELETE_MINUTES).execute(Tuple.of(before, AT_ONCE)))
                .chain(rows -> rows.rowCount() < AT_ONCE ? Uni.createFrom().voidItem() : deleteMinutes(before));
    }
}
