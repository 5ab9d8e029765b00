package dev.orderflow.messaging;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Keeps the inbox in days: prepares those to come, drops what is old. Every step is a short transaction of its own; each
 * may be left out, run twice or by several replicas at once.
 */
@Singleton
class InboxCare {

    private static final Logger LOG = Logger.getLogger(InboxCare.class);

    // A week and a day back, for what topics may still hold; two days ahead, for nights without anybody at work.
    private static final String MISSING_DAYS = """
            select day::date from generate_series((now() at time zone 'UTC')::date - 8,
                                                  (now() at time zone 'UTC')::date + 2, interval '1 day') as days (day)
            where to_regclass('inbox_' || to_char(day, 'YYYYMMDD')) is null
            order by abs(day::date - (now() at time zone 'UTC')::date)""";

    private static final String OLD_DAYS = """
            select name from (select c.relname::text as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
                              where i.inhparent = 'inbox'::regclass) as partitions
            where name ~ '^inbox_[0-9]{8}$'
              and name < 'inbox_' || to_char((now() - make_interval(secs => $1)) at time zone 'UTC', 'YYYYMMDD')
            order by name""";

    private static final String FORGET = """
            delete from %1$s where ctid = any (array(
                select ctid from %1$s where %2$s < now() - make_interval(secs => $1) order by %2$s limit $2))""";

    private static final int BATCH = 5_000;

    private final Pool pool;
    private final double keepSeconds;
    private final Uni<Void> prepared;

    InboxCare(Pool pool, MessagingConfig config) {
        this.pool = pool;
        keepSeconds = config.inboxKeep().toSeconds();
        prepared = Uni.createFrom()
                .deferred(this::prepareDays)
                .onFailure(TransientFailure::is)
                .retry()
                .withBackOff(Backoff.FIRST, Backoff.LONGEST)
                .indefinitely()
                .onFailure()
                .invoke(failure -> LOG.warnf("inbox without days, its default partition takes all: %s", failure))
                .onFailure()
                .recoverWithNull()
                .memoize()
                .indefinitely();
    }

    /**
     * Completes when today's partition was prepared for the first time, and never fails: it waits for the database, and a
     * role that may not create tables has the default partition.
     */
    Uni<Void> prepared() {
        return prepared;
    }

    Uni<Void> run() {
        return prepared.chain(this::prepareDays)
                .chain(this::dropDays)
                .chain(() -> forget(FORGET.formatted("inbox_default", "received_at")))
                .chain(() -> forget(FORGET.formatted("discarded", "discarded_at")))
                .chain(() -> forget(FORGET.formatted("skipped", "skipped_at")));
    }

    private Uni<Void> prepareDays() {
        return each(
                query(MISSING_DAYS, Tuple.tuple()),
                row -> query("select inbox_prepare($1)", Tuple.of(row.getLocalDate(0))));
    }

    private Uni<Void> dropDays() {
        return each(
                query(OLD_DAYS, Tuple.of(keepSeconds)),
                row -> query(
                        "select inbox_drop($1, make_interval(secs => $2))", Tuple.of(row.getString(0), keepSeconds)));
    }

    private Uni<Void> forget(String batch) {
        return query(batch, Tuple.of(keepSeconds, BATCH))
                .flatMap(rows -> rows.rowCount() < BATCH ? Uni.createFrom().voidItem() : forget(batch));
    }

    private static Uni<Void> each(Uni<RowSet<Row>> rows, Function<Row, Uni<RowSet<Row>>> step) {
        return rows.onItem()
                .transformToMulti(found -> Multi.createFrom().iterable(found))
                .onItem()
                .transformToUniAndConcatenate(step::apply)
                .collect()
                .last()
                .replaceWithVoid();
    }

    private Uni<RowSet<Row>> query(String sql, Tuple values) {
        return pool.withConnection(connection -> connection.preparedQuery(sql).execute(values));
    }
}
