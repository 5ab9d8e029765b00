package dev.orderflow.messaging;

import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;

/**
 * Which buckets are this relay's: those whose advisory lock its connection holds. A further lock, which relays share,
 * shows how many there are, so that each takes its part. Locks are only there to save repeats; nobody's order depends on
 * them.
 */
class BucketLocks {

    private static final String SPACE = "hashtext('orderflow.outbox')";
    private static final int PRESENCE = OutboxRow.BUCKETS; // the number after those of the buckets

    private static final String BE_PRESENT = "select pg_advisory_lock_shared(" + SPACE + ", " + PRESENCE + ")";

    private static final String OURS = """
            locktype = 'advisory' and granted and objsubid = 2
            and database = (select oid from pg_database where datname = current_database())
            and classid::bigint = %s::bigint & 4294967295""".formatted(SPACE);

    // A bucket is looked into from its start on, and so are all 64 of them with as many steps into an index.
    static final String LOOK = """
            select count(*) filter (where objid = %1$d) as replicas,
                   count(*) filter (where objid < %1$d) as taken,
                   coalesce((select bit_or(1::bigint << (buckets.number - 1)::int)
                             from unnest($1::bigint[]) with ordinality as buckets (start, number)
                             cross join lateral (select from outbox
                                                 where outbox.bucket = buckets.number - 1 and outbox.id > buckets.start
                                                 limit 1) as first_rows), 0) as waiting,
                   coalesce((select bit_or(1::bigint << bucket)
                             from (select bucket from outbox
                                   where retry_at <= statement_timestamp()
                                      or retry_at >= statement_timestamp() + interval '1 minute'
                                   limit 1000) as refused), 0) as due
            from pg_locks where %2$s""".formatted(PRESENCE, OURS);

    // The condition is tried row by row, and no further than the limit asks: no lock is taken that is not told of.
    private static final String TAKE = "select bucket from unnest($1::smallint[]) as buckets (bucket) where"
            + " pg_try_advisory_lock(" + SPACE + ", bucket) limit $2";

    private static final String GIVE =
            "select pg_advisory_unlock(" + SPACE + ", bucket) from unnest($1::smallint[])" + " as buckets (bucket)";

    // Every relay looks each second: the last statement of its connection is its sign of life. One that is
    // frozen while rows wait is ended, its connection and locks with it. A statement that is still at work is a
    // sign of life, too, for as long as the server lets it be: 30 s.
    private static final String END_STALLED = """
            select pg_terminate_backend(activity.pid)
            from (select pid as present from pg_locks where objid = %d and %s) as relays
            join pg_stat_activity activity on activity.pid = present
            where activity.state_change < clock_timestamp() - make_interval(
                secs => $1 + case when activity.state = 'active' then 30 else 0 end)
              and exists (select from outbox)""".formatted(PRESENCE, OURS);

    private final RelayConnection connection;
    private Buckets owned = Buckets.NONE;

    BucketLocks(RelayConnection connection) {
        this.connection = connection;
    }

    /** Lets the other relays see that there is one more. */
    void bePresent() {
        connection.ask(BE_PRESENT, Tuple.tuple());
    }

    Buckets owned() {
        return owned;
    }

    /**
     * How the outbox lies.
     *
     * @param waiting buckets that have rows
     * @param due those in which the time of a refused row has come
     * @param share how many a relay may own so that all have their part
     * @param someFree whether some have no owner
     */
    record Look(Buckets waiting, Buckets due, int share, boolean someFree) {}

    /** @param starts of each bucket the id behind which to look for rows */
    Look look(Long[] starts) {
        Row seen = connection
                .ask(LOOK, Tuple.tuple().addArrayOfLong(starts))
                .iterator()
                .next();
        long replicas = Math.max(1, seen.getLong("replicas"));
        return new Look(
                new Buckets(seen.getLong("waiting")),
                new Buckets(seen.getLong("due")),
                (int) ((OutboxRow.BUCKETS + replicas - 1) / replicas),
                seen.getLong("taken") < OutboxRow.BUCKETS);
    }

    /** Takes those that nobody has, until there are {@code share} of them; returns the new ones. */
    Buckets take(int share) {
        if (owned.count() >= share) {
            return Buckets.NONE;
        }
        Tuple values = Tuple.of(Buckets.ALL.without(owned).array(), share - owned.count());
        Buckets taken = Buckets.NONE;
        for (Row row : connection.ask(TAKE, values)) {
            taken = taken.and(Buckets.of(row.getShort(0)));
        }
        owned = owned.and(taken);
        return taken;
    }

    /** Leaves them to others; nothing of them may be under way any more. */
    void give(Buckets buckets) {
        if (!buckets.isEmpty()) {
            connection.ask(GIVE, Tuple.of(buckets.array()));
            owned = owned.without(buckets);
        }
    }

    /** Leaves all of them, and is not counted any more. */
    void leave() {
        connection.ask("select pg_advisory_unlock_all()", Tuple.tuple());
        owned = Buckets.NONE;
    }

    /** Ends relays without a sign of life for so long while rows wait; returns how many. */
    int endStalled(Duration silence) {
        RowSet<Row> ended = connection.ask(END_STALLED, Tuple.of(silence.toMillis() / 1000.0));
        return ended.size();
    }
}
