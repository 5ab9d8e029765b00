package dev.orderflow.messaging;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.pgclient.PgConnection;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The outbox as its owner sees it, through the one connection that holds the lock: reading and deleting cannot go on
 * when the lock is gone, for then the connection is gone. Every method blocks and throws when the connection is lost.
 */
class OutboxReader implements AutoCloseable {

    /** Of one bucket in one round; small, so that no bucket waits long for another. */
    static final int ROWS_PER_BUCKET = 32;

    private static final int ROUND_BYTES = 8 * 1024 * 1024; // what one round holds in memory at most, one record more

    // Two numbers: who asks, and which lock. One for all buckets; a relay that shares them takes one for each.
    private static final String LOCKS = "hashtext('orderflow.outbox'), 0";
    private static final String LOCK = "select pg_try_advisory_lock(" + LOCKS + ")";

    // The owner asks at least every second on the connection that holds the lock: its last query is its heartbeat.
    // One that is frozen while rows wait is ended, the connection and the lock with it.
    private static final String END_STALLED_OWNER = """
            select pg_terminate_backend(activity.pid)
            from pg_locks lock join pg_stat_activity activity on activity.pid = lock.pid
            where lock.locktype = 'advisory' and lock.granted
              and lock.database = (select oid from pg_database where datname = current_database())
              and lock.classid::bigint = hashtext('orderflow.outbox')::bigint & 4294967295
              and lock.objid = 0 and lock.objsubid = 2
              and activity.query_start < clock_timestamp() - make_interval(secs => $1)
              and exists (select from outbox)""";

    // Each bucket from its first row on, so that of every aggregate the oldest row is among them: rows are found by
    // being
    // there, never by "id > last", which would miss one that commits late. The sum bounds memory before any payload is
    // read: the length of a stored value is known without it.
    private static final String READ = """
            select id, topic, aggregatetype, aggregateid, sequence, type, payload, event_id, event_version, source,
                   occurred_at, correlationid, causationid, traceparent, headers
            from (select first_rows.*,
                         sum(coalesce(octet_length(payload), 0)) over (order by id) - coalesce(octet_length(payload), 0)
                             as bytes_before
                  from generate_series(0, 63) as buckets (bucket)
                  cross join lateral (
                      select * from outbox
                      where outbox.bucket = buckets.bucket
                        and topic <> all ($1::text[])
                        and aggregatetype || '/' || aggregateid <> all ($2::text[])
                      order by id limit $3) as first_rows) as bounded
            where bytes_before < $4
            order by id""";

    private static final String DELETE = """
            delete from outbox using unnest($1::smallint[], $2::bigint[]) as sent (bucket, id)
            where outbox.bucket = sent.bucket and outbox.id = sent.id
            returning extract(epoch from clock_timestamp() - created_at)::float8 as seconds""";

    private final PgConnection connection;
    private final Duration silence;
    private volatile boolean lost;

    /** @param silence how long an answer is waited for */
    OutboxReader(PgConnection connection, Duration silence) {
        this.connection = connection;
        this.silence = silence;
        connection.closeHandler(() -> lost = true);
    }

    OutboxReader(OutboxReader other) {
        this(other.connection, other.silence);
    }

    /** False as soon as the connection, and the lock with it, is known to be gone. */
    boolean isOwner() {
        return !lost;
    }

    boolean tryLock() {
        return answer(connection.query(LOCK).execute()).iterator().next().getBoolean(0);
    }

    /** True when there was one to end: without a sign of life for so long, while rows wait. */
    boolean endStalledOwner(Duration silence) {
        Tuple values = Tuple.of(silence.toMillis() / 1000.0);
        return answer(connection.preparedQuery(END_STALLED_OWNER).execute(values))
                        .size()
                > 0;
    }

    /** Tells the others that this owner is alive, and itself whether it still is one. */
    void heartbeat() {
        answer(connection.query("select 1").execute());
    }

    /** The oldest rows of every bucket, oldest first, without those that cannot be sent now. */
    List<OutboxRow> read(Set<String> topicsAway, Collection<OutboxRow.Aggregate> blocked) {
        Tuple values = Tuple.tuple()
                .addArrayOfString(topicsAway.toArray(String[]::new))
                .addArrayOfString(
                        blocked.stream().map(a -> a.type() + '/' + a.id()).toArray(String[]::new))
                .addInteger(ROWS_PER_BUCKET)
                .addLong((long) ROUND_BYTES);
        List<OutboxRow> rows = new ArrayList<>();
        answer(connection.preparedQuery(READ).execute(values)).forEach(row -> rows.add(row(row)));
        return rows;
    }

    private static OutboxRow row(Row row) {
        byte[] headers = bytes(row, "headers");
        return new OutboxRow(
                row.getLong("id"),
                row.getString("topic"),
                row.getString("aggregatetype"),
                row.getString("aggregateid"),
                row.getLong("sequence"),
                row.getString("type"),
                bytes(row, "payload"),
                row.getUUID("event_id"),
                row.getString("event_version"),
                row.getString("source"),
                instant(row, "occurred_at"),
                new Cause(row.getString("correlationid"), row.getUUID("causationid"), row.getString("traceparent")),
                headers == null ? null : HeaderBytes.decode(headers));
    }

    static byte @Nullable [] bytes(Row row, String column) {
        io.vertx.mutiny.core.buffer.Buffer bytes = row.getBuffer(column);
        return bytes == null ? null : bytes.getBytes();
    }

    static Instant instant(Row row, String column) {
        return row.getOffsetDateTime(column).toInstant();
    }

    /**
     * Deletes what Kafka has acknowledged; until then a row is the only proof that its event still has to be sent.
     *
     * @return for each how long it took from its appending until now, by the database's clock
     */
    List<Duration> delete(Collection<OutboxRow> sent) {
        List<Duration> ages = new ArrayList<>(sent.size());
        if (!sent.isEmpty()) {
            Tuple values = Tuple.of(
                    sent.stream()
                            .map(row -> OutboxRow.bucket(row.aggregateId()))
                            .toArray(Short[]::new),
                    sent.stream().map(OutboxRow::id).toArray(Long[]::new));
            answer(connection.preparedQuery(DELETE).execute(values))
                    .forEach(row -> ages.add(Duration.ofNanos((long) (row.getDouble("seconds") * 1e9))));
        }
        return ages;
    }

    /** Has the owner woken when another replica's transactions have written rows. */
    void listen(Runnable wake) {
        connection.notificationHandler(notification -> wake.run());
        answer(connection.query("listen outbox").execute());
    }

    /** Wakes the owner, wherever it is; outside of any transaction, since those with a NOTIFY commit one by one. */
    void notifyOwner() {
        answer(connection.query("notify outbox").execute());
    }

    private RowSet<Row> answer(Uni<RowSet<Row>> query) {
        return query.await().atMost(silence);
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
