package dev.orderflow.messaging;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Singleton;

/**
 * Reads how much waits, and lets the metrics know. What there is to count is bounded, for it is read every few seconds and
 * an outbox may hold millions of rows after a long absence of Kafka: above {@value #COUNTED} the number is the database's
 * own estimate, which it brings up to date with every vacuum.
 */
@Singleton
class FlowQuery {

    static final int COUNTED = 10_000;

    static final String FLOW = """
            select %s as unsent,
                   (select coalesce(extract(epoch from clock_timestamp() - min(first.created_at)), 0)::float8
                    from generate_series(0, 63) as buckets (bucket)
                    cross join lateral (select created_at
                                        from (select * from outbox where outbox.bucket = buckets.bucket
                                              order by id limit 1000) as head
                                        where not exists (select from outbox refused
                                                          where refused.retry_at is not null
                                                            and refused.aggregatetype = head.aggregatetype
                                                            and refused.aggregateid = head.aggregateid)
                                        order by id limit 1) as first) as oldest,
                   %s as blocked_keys,
                   %s as parked_keys,
                   %s as parked""".formatted(
            count("outbox"), count("outbox", "where retry_at is not null"), count("parked_key"), count("parked"));

    private final Pool pool;
    private final ConsumerLag lag;
    private final MessagingMetrics metrics;

    FlowQuery(Pool pool, ConsumerLag lag, MessagingMetrics metrics) {
        this.pool = pool;
        this.lag = lag;
        this.metrics = metrics;
        metrics.lag(lag::records);
    }

    Uni<Flow> read() {
        return pool.withConnection(connection -> connection.query(FLOW).execute())
                .map(rows -> rows.iterator().next())
                .map(row -> new Flow(
                        row.getLong("unsent"),
                        Math.max(0, row.getDouble("oldest")),
                        row.getLong("blocked_keys"),
                        row.getLong("parked_keys"),
                        row.getLong("parked"),
                        lag.records()))
                .invoke(metrics::flow);
    }

    private static String count(String table) {
        return count(table, "");
    }

    private static String count(String table, String condition) {
        return """
                (select case when counted <= %2$d then counted
                             else greatest(%2$d, (select reltuples::bigint from pg_class where oid = '%1$s'::regclass))
                        end
                 from (select count(*) as counted from (select from %1$s %3$s limit %2$d + 1) as first_ones) as bounded)""".formatted(table, COUNTED, condition);
    }
}
