package dev.orderflow.fraud;

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
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/**
 * Deletes what is past its time, a thousand rows a transaction, so that no table grows without end and nobody waits for
 * the cleaning. Replicas may clean at once: each passes over what another has locked.
 */
@ApplicationScoped
class FraudRetention {

    private static final int AT_ONCE = 1000;

    private final FraudConfig.Retention config;
    private final Pool pool;
    private final Repetition sweeps;

    FraudRetention(FraudConfig config, Vertx vertx, Pool pool) {
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

    /** Deletes everything that is past its time now. Materialised, so that each limit is applied once. */
    Uni<Void> sweep() {
        return delete("""
                        with old as materialized (
                            select order_id from assessments
                            where assessed_at < $1 and not (verdict = 'review' and order_state = 'placed')
                            order by assessed_at limit $2 for update skip locked)
                        delete from assessments where order_id in (select order_id from old)""", config.assessments())
                .chain(() -> delete("""
                        with old as materialized (
                            select contact_ref, customer_id from contact_customers
                            where last_seen_at < $1 order by last_seen_at limit $2 for update skip locked)
                        delete from contact_customers
                        where (contact_ref, customer_id) in (select contact_ref, customer_id from old)""", config.contacts()))
                .chain(() -> delete("""
                        with old as materialized (
                            select customer_id from customers
                            where last_order_at < $1 order by last_order_at limit $2 for update skip locked)
                        delete from customers where customer_id in (select customer_id from old)""", config.customers()));
    }

    private Uni<Void> delete(String statement, Duration age) {
        OffsetDateTime before = OffsetDateTime.now(ZoneOffset.UTC).minus(age);
        return pool.withConnection(sql -> sql.preparedQuery(statement).execute(Tuple.of(before, AT_ONCE)))
                .chain(rows -> rows.rowCount() < AT_ONCE ? Uni.createFrom().voidItem() : delete(statement, age));
    }
}
