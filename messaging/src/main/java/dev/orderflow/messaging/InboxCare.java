package dev.orderflow.messaging;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgException;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;
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
    private static final String LOCK_NOT_AVAILABLE = "55P03";
    private static final Duration SHORTEST_KEEP = Duration.ofDays(10); // topics keep a week, and their last segment

    private final Pool pool;
    private final double keepSeconds;
    private final Uni<Void> prepared;

    InboxCare(Pool pool, MessagingConfig config) {
        this.pool = pool;
        if (config.inboxKeep().compareTo(SHORTEST_KEEP) < 0) {
            throw new IllegalArgumentException(
                    ("messaging.inbox-keep is %s and must be at least %s: topics keep events for"
                                    + " a week, and one that is delivered again after its mark is gone has its effect again")
                            .formatted(config.inboxKeep(), SHORTEST_KEEP));
        }
        keepSeconds = config.inboxKeep().toSeconds();
        prepared = Uni.createFrom()
                .deferred(this::prepareDays)
                .onFailure(InboxCare::isAway)
                .invoke(failure -> LOG.warnf("inbox not prepared yet, trying again: %s", failure))
                .onFailure(InboxCare::isAway)
                .retry()
                .withBackOff(Backoff.FIRST, Backoff.LONGEST)
                .indefinitely()
                .onFailure()
                .invoke(failure -> LOG.warnf(
                        "inbox without some of its days, its default partition takes what is theirs: %s", failure))
                .onFailure()
                .recoverWithNull()
                .memoize()
                .indefinitely();
    }

    /** Whoever holds on to the default partition, as a dump does for as long as it runs, is not waited for. */
    private static boolean isAway(Throwable failure) {
        return TransientFailure.is(failure)
                && !(failure instanceof PgException answer
                        && answer.getSqlState().equals(LOCK_NOT_AVAILABLE));
    }

    /**
     * Completes when the days were prepared for the first time, as far as they can be, and never fails: it waits for the
     * database only. A day that cannot be prepared, as by a role that may not create tables, has the default partition.
     */
    Uni<Void> prepared() {
        return prepared;
    }

    /** Does all that it can; then it fails with what it could not do. */
    Uni<Void> run() {
        return prepared.chain(() -> each(
                Multi.createFrom()
                        .<Supplier<Uni<Void>>>items(
                                this::prepareDays,
                                this::dropDays,
                                () -> forget(FORGET.formatted("inbox_default", "received_at")),
                                () -> forget(FORGET.formatted("discarded", "discarded_at")),
                                () -> forget(FORGET.formatted("skipped", "skipped_at"))),
                Supplier::get));
    }

    private Uni<Void> prepareDays() {
        return each(rows(MISSING_DAYS, Tuple.tuple()), row -> query(
                        "select inbox_prepare($1)", Tuple.of(row.getLocalDate(0)))
                .replaceWithVoid());
    }

    private Uni<Void> dropDays() {
        return each(rows(OLD_DAYS, Tuple.of(keepSeconds)), row -> query(
                        "select inbox_drop($1, make_interval(secs => $2))", Tuple.of(row.getString(0), keepSeconds))
                .replaceWithVoid());
    }

    private Uni<Void> forget(String batch) {
        return query(batch, Tuple.of(keepSeconds, BATCH))
                .flatMap(rows -> rows.rowCount() < BATCH ? Uni.createFrom().voidItem() : forget(batch));
    }

    /** One after another, each of them whatever became of those before. */
    private static <T> Uni<Void> each(Multi<T> all, Function<T, Uni<Void>> step) {
        return all.onItem()
                .transformToUni(step::apply)
                .collectFailures()
                .concatenate()
                .collect()
                .last()
                .replaceWithVoid();
    }

    private Multi<Row> rows(String sql, Tuple values) {
        return query(sql, values).onItem().transformToMulti(found -> Multi.createFrom()
                .iterable(found));
    }

    private Uni<RowSet<Row>> query(String sql, Tuple values) {
        return pool.withConnection(connection -> connection.preparedQuery(sql).execute(values));
    }
}
