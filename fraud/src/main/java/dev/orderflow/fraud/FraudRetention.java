package dev.orderflow.fraud;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.jboss.logging.Logger;

/**
 * Deletes what is past its time, a thousand rows a transaction, so that no table grows without end and nobody waits for
 * the cleaning. Replicas may clean at once: each passes over what another has locked.
 */
@ApplicationScoped
class FraudRetention {

    private static final Logger LOG = Logger.getLogger(FraudRetention.class);
    private static final int AT_ONCE = 1000;

    private final FraudConfig.Retention config;
    private final Vertx vertx;
    private final Pool pool;
    private long timer;

    FraudRetention(FraudConfig config, Vertx vertx, Pool pool) {
        this.config = config.retention();
        this.vertx = vertx;
        this.pool = pool;
    }

    void start(@Observes StartupEvent event) {
        timer = vertx.setPeriodic(config.every().toMillis(), id -> sweep().subscribe()
                .with(
                        deleted -> {},
                        failure -> LOG.warnf("cleaning failed, again in %s: %s", config.every(), failure)));
    }

    void stop(@Observes ShutdownEvent event) {
        vertx.cancelTimer(timer);
    }

    /** Deletes everything that is past its time now. */
    Uni<Void> sweep() {
        return delete("""
                        delete from assessments where order_id in (
                            select order_id from assessments
                            where assessed_at < $1 and not (verdict = 'review' and order_state = 'placed')
                            order by assessed_at limit $2 for update skip locked)""", config.assessments())
                .chain(() -> delete("""
                        delete from contact_customers where (contact_ref, customer_id) in (
                            select contact_ref, customer_id from contact_customers
                            where last_seen_at < $1 order by last_seen_at limit $2 for update skip locked)""", config.contacts()))
                .chain(() -> delete("""
                        delete from customers where customer_id in (
                            select customer_id from customers
                            where last_order_at < $1 order by last_order_at limit $2 for update skip locked)""", config.customers()));
    }

    private Uni<Void> delete(String statement, Duration age) {
        OffsetDateTime before = OffsetDateTime.now(ZoneOffset.UTC).minus(age);
        return pool.preparedQuery(statement)
                .execute(Tuple.of(before, AT_ONCE))
                .chain(rows -> rows.rowCount() < AT_ONCE ? Uni.createFrom().voidItem() : delete(statement, age));
    }
}
