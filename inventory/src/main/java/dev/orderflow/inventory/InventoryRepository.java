package dev.orderflow.inventory;

import dev.orderflow.inventory.Ledger.Entry;
import dev.orderflow.inventory.Ledger.Task;
import dev.orderflow.inventory.domain.Money;
import dev.orderflow.inventory.domain.PricedLine;
import dev.orderflow.inventory.domain.Reservation;
import dev.orderflow.inventory.domain.ReservationInput;
import dev.orderflow.messaging.Cause;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Reservations in SQL, always many at once. The order in which everybody locks is: orders by key, then products
 * by id. An order is locked by its id and not by its row, because the first request for it finds no row.
 */
@Singleton
class InventoryRepository {

    /** Waits for everybody who works on one of these orders. In the order of the keys, so that nobody waits in a circle. */
    Uni<Void> lockOrders(SqlConnection sql, Collection<UUID> orderIds) {
        Long[] keys = orderIds.stream()
                .map(InventoryRepository::lockKey)
                .distinct()
                .sorted()
                .toArray(Long[]::new);
        return sql.preparedQuery("select pg_advisory_xact_lock(key) from unnest($1::bigint[]) as key")
                .execute(Tuple.of(keys))
                .replaceWithVoid();
    }

    /** Always negative: the other advisory locks of this database are positive numbers. */
    static long lockKey(UUID orderId) {
        return orderId.getLeastSignificantBits() | Long.MIN_VALUE;
    }

    /** The reservations that there are of these orders, which the caller has locked. */
    Uni<Map<UUID, Entry>> find(SqlConnection sql, Collection<UUID> orderIds) {
        return sql.preparedQuery("""
                        select r.order_id, r.state, r.expires_at, r.version, r.sequence,
                               r.correlation_id, r.traceparent, l.product_id, l.quantity, l.unit_price, l.currency
                        from reservations r left join reservation_lines l on l.order_id = r.order_id
                        where r.order_id = any($1::uuid[])
                        order by l.order_id, l.product_id""")
                .execute(Tuple.of(orderIds.toArray(UUID[]::new)))
                .map(InventoryRepository::entries);
    }

    private static Map<UUID, Entry> entries(RowSet<Row> rows) {
        Map<UUID, List<PricedLine>> lines = new HashMap<>();
        Map<UUID, Row> heads = new HashMap<>();
        for (Row row : rows) {
            UUID orderId = row.getUUID("order_id");
            heads.put(orderId, row);
            List<PricedLine> known = lines.computeIfAbsent(orderId, id -> new ArrayList<>());
            if (row.getUUID("product_id") != null) {
                known.add(new PricedLine(row.getUUID("product_id").toString(), row.getLong("quantity"), price(row)));
            }
        }
        return heads.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, e -> entry(e.getValue(), lines.getOrDefault(e.getKey(), List.of()))));
    }

    private static Entry entry(Row row, List<PricedLine> lines) {
        OffsetDateTime expires = row.getOffsetDateTime("expires_at");
        return new Entry(
                row.getUUID("order_id"),
                StoredState.valueOf(row.getString("state")).with(lines, expires == null ? null : expires.toInstant()),
                row.getLong("version"),
                row.getLong("sequence"),
                story(row));
    }

    /** What a timer continues. */
    private static Cause story(Row row) {
        return new Cause(row.getString("correlation_id"), null, row.getString("traceparent"));
    }

    static Money price(Row row) {
        return new Money(row.getLong("unit_price"), Money.currency(row.getString("currency")));
    }

    /** The database's clock, now and not at the transaction's start: one clock for all replicas. */
    static Uni<Instant> now(SqlConnection sql) {
        return sql.preparedQuery("select clock_timestamp() as now")
                .execute()
                .map(rows -> rows.iterator().next().getOffsetDateTime("now").toInstant());
    }

    /** Stores reservations. Behind the lock the version is a second guard: two writers of one version collide. */
    Uni<Void> save(SqlConnection sql, List<Entry> entries) {
        if (entries.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        Tuple columns = Tuple.tuple()
                .addArrayOfUUID(column(entries, Entry::orderId).toArray(UUID[]::new))
                .addArrayOfString(
                        column(entries, e -> StoredState.of(e.reservation()).name())
                                .toArray(String[]::new))
                .addArrayOfOffsetDateTime(
                        column(entries, e -> expires(e.reservation())).toArray(OffsetDateTime[]::new))
                .addArrayOfLong(column(entries, Entry::version).toArray(Long[]::new))
                .addArrayOfLong(column(entries, Entry::sequence).toArray(Long[]::new))
                .addArrayOfString(
                        column(entries, e -> e.story().correlationId()).toArray(String[]::new))
                .addArrayOfString(column(entries, e -> e.story().traceparent()).toArray(String[]::new));
        return sql.preparedQuery("""
                        insert into reservations as r
                            (order_id, state, expires_at, version, sequence, correlation_id, traceparent)
                        select * from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::bigint[], $5::bigint[],
                                             $6::text[], $7::text[])
                        on conflict (order_id) do update
                        set state = excluded.state, expires_at = excluded.expires_at, version = excluded.version,
                            sequence = excluded.sequence, updated_at = clock_timestamp()
                        where r.version < excluded.version""")
                .execute(columns)
                .invoke(rows -> expect(entries.size(), rows.rowCount()))
                .replaceWithVoid();
    }

    /** Replaces the lines of reservations. */
    Uni<Void> saveLines(SqlConnection sql, List<Entry> entries) {
        if (entries.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        List<Written> lines = entries.stream().flatMap(Written::of).toList();
        UUID[] replaced = entries.stream()
                .filter(e -> e.version() > 1)
                .map(Entry::orderId)
                .toArray(UUID[]::new);
        Tuple columns = Tuple.tuple()
                .addArrayOfUUID(column(lines, Written::orderId).toArray(UUID[]::new))
                .addArrayOfUUID(column(lines, w -> UUID.fromString(w.line().productId()))
                        .toArray(UUID[]::new))
                .addArrayOfLong(column(lines, w -> w.line().line().quantity()).toArray(Long[]::new))
                .addArrayOfLong(
                        column(lines, w -> w.line().unitPrice().minorUnits()).toArray(Long[]::new))
                .addArrayOfString(
                        column(lines, w -> w.line().unitPrice().currency().getCurrencyCode())
                                .toArray(String[]::new));
        Uni<Void> delete = replaced.length == 0
                ? Uni.createFrom().voidItem()
                : sql.preparedQuery("delete from reservation_lines where order_id = any($1::uuid[])")
                        .execute(Tuple.of(replaced))
                        .replaceWithVoid();
        return delete.chain(() -> sql.preparedQuery("""
                        insert into reservation_lines (order_id, product_id, quantity, unit_price, currency)
                        select * from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::text[])""").execute(columns).replaceWithVoid());
    }

    /** The ends of holds on one of the products whose stock was not yet given back, but for those of some orders. */
    Uni<List<Task>> overdue(SqlConnection sql, Collection<String> productIds, Collection<UUID> but, int limit) {
        UUID[] products = ProductRepository.uuids(productIds);
        return expiries(sql.preparedQuery("""
                        select order_id, correlation_id, traceparent from reservations r
                        where state = 'HELD' and expires_at <= clock_timestamp() and order_id <> all($2::uuid[])
                            and exists (
                                select from reservation_lines l
                                where l.order_id = r.order_id and l.product_id = any($1::uuid[]))
                        order by expires_at limit $3""").execute(Tuple.of(products, but.toArray(UUID[]::new), limit)));
    }

    /** The ends of holds whose orders are locked now; those that somebody works on are passed over. */
    Uni<List<Task>> lockOverdue(SqlConnection sql, int limit) {
        return expiries(sql.preparedQuery("""
                        select order_id, correlation_id, traceparent from reservations
                        where state = 'HELD' and expires_at <= clock_timestamp()
                        order by expires_at limit $1""").execute(Tuple.of(limit)))
                .chain(due -> lockFree(sql, due.stream().map(Task::orderId).toList())
                        .map(locked -> due.stream()
                                .filter(task -> locked.contains(task.orderId()))
                                .toList()));
    }

    private static Uni<List<Task>> expiries(Uni<RowSet<Row>> holds) {
        return holds.map(rows -> stream(rows)
                .map(row -> new Task(row.getUUID("order_id"), new ReservationInput.Expire(), story(row)))
                .toList());
    }

    /** Forgets reservations that finished before, a few at a time; those that somebody works on are passed over. */
    Uni<Integer> forget(SqlConnection sql, OffsetDateTime finishedBefore, int limit) {
        return ids(sql.preparedQuery("""
                        select order_id from reservations where state not in ('HELD', 'BOUND') and updated_at < $2
                        order by updated_at limit $1""").execute(Tuple.of(limit, finishedBefore)))
                .chain(finished -> lockFree(sql, finished))
                .chain(orders -> sql.preparedQuery("""
                                delete from reservations
                                where order_id = any($1::uuid[]) and state not in ('HELD', 'BOUND')""")
                        .execute(Tuple.of(orders.toArray(UUID[]::new)))
                        .map(RowSet::rowCount));
    }

    private static Uni<List<UUID>> lockFree(SqlConnection sql, List<UUID> orders) {
        Long[] keys = orders.stream().map(InventoryRepository::lockKey).toArray(Long[]::new);
        return ids(sql.preparedQuery("""
                        select order_id from unnest($1::uuid[], $2::bigint[]) as c (order_id, key)
                        where pg_try_advisory_xact_lock(key)""").execute(Tuple.of(orders.toArray(UUID[]::new), keys)));
    }

    private static Uni<List<UUID>> ids(Uni<RowSet<Row>> rows) {
        return rows.map(
                found -> stream(found).map(row -> row.getUUID("order_id")).toList());
    }

    static Stream<Row> stream(RowSet<Row> rows) {
        return StreamSupport.stream(rows.spliterator(), false);
    }

    static <T, C> Stream<C> column(List<T> rows, Function<T, C> value) {
        return rows.stream().map(value);
    }

    private static @Nullable OffsetDateTime expires(Reservation reservation) {
        return reservation instanceof Reservation.Held held ? held.expires().atOffset(ZoneOffset.UTC) : null;
    }

    static void expect(int rows, int touched) {
        if (rows != touched) {
            throw new IllegalStateException("changed under a lock: %d of %d rows".formatted(touched, rows));
        }
    }

    private record Written(UUID orderId, PricedLine line) {
        static Stream<Written> of(Entry entry) {
            return entry.reservation() instanceof Reservation.WithLines known
                    ? known.lines().stream().map(line -> new Written(entry.orderId(), line))
                    : Stream.empty();
        }
    }
}
