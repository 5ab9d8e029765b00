package dev.orderflow.messaging;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Singleton;

/** Reads how much waits, and lets the metrics know. */
@Singleton
class FlowQuery {

    private static final String FLOW = """
            select (select count(*) from outbox) as unsent,
                   (select coalesce(extract(epoch from clock_timestamp() - min(first.created_at)), 0)::float8
                    from generate_series(0, 63) as buckets (bucket)
                    cross join lateral (select created_at from outbox where outbox.bucket = buckets.bucket
                                        order by id limit 1) as first) as oldest,
                   (select count(*) from parked_key) as parked_keys,
                   (select count(*) from parked) as parked""";

    private final Pool pool;
    private final ConsumerLag lag;
    private final MessagingMetrics metrics;

    FlowQuery(Pool pool, ConsumerLag lag, MessagingMetrics metrics) {
        this.pool = pool;
        this.lag = lag;
        this.metrics = metrics;
    }

    Uni<Flow> read() {
        return pool.query(FLOW)
                .execute()
                .map(rows -> rows.iterator().next())
                .map(row -> new Flow(
                        row.getLong("unsent"),
                        Math.max(0, row.getDouble("oldest")),
                        row.getLong("parked_keys"),
                        row.getLong("parked"),
                        lag.records()))
                .invoke(metrics::flow);
    }
}
