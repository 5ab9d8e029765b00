package dev.orderflow.order;

import dev.orderflow.order.OrderRows.Columns;
import dev.orderflow.order.domain.Claim;
import dev.orderflow.order.domain.Order.Pending;
import dev.orderflow.order.domain.OrderLine;
import dev.orderflow.order.domain.Purchase;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/** The statements that write orders, and those that read them in order to write. */
@ApplicationScoped
class OrderRepository {

    /** The order exists if and only if the claim was still the attempt's: one statement decides and stores. */
    private static final String PLACE = """
            with mine as (
                update order_claims set state = 'DONE', answer_status = $5, answer = $6
                 where caller = $1 and idempotency_key = $2 and attempt = $3 and order_id = $4 and state = 'RUNNING'
                returning fingerprint),
            placed as (
                insert into orders (id, caller, idempotency_key, fingerprint, customer_id, total, currency, placed_at,
                                    state, cleared, bound, under_review, deadline_at, hold_due_at, version, sequence,
                                    correlation_id, traceparent)
                select $4, $1, $2, fingerprint, $7, $8, $9, $10, 'PENDING', false, false, false,
                       now() + $11 * interval '1 millisecond', now() + $12 * interval '1 millisecond', 1, 1, $13, $14
                  from mine
                returning id),
            lines as (
                insert into order_lines (order_id, position, product_id, quantity, unit_price)
                select placed.id, l.position, l.product_id, l.quantity, l.unit_price
                  from placed, unnest($15::text[], $16::bigint[], $17::bigint[])
                       with ordinality as l (product_id, quantity, unit_price, position)),
            contact as (
                insert into order_contacts (order_id, email, phone)
                select id, $18::text, $19::text from placed where $18::text is not null or $19::text is not null)
            select id from placed""";

    private static final String ORDERS = """
            select id, customer_id, total, currency, placed_at, state, cleared, bound, under_review, cancel_reason,
                   deadline_at, version, sequence, correlation_id, traceparent
              from orders
             where
            """;

    private static final String LOCK = ORDERS + " id = any($1) order by id for update";

    private static final String LOCK_OVERDUE = ORDERS + """
             state = 'PENDING' and deadline_at <= now()
             order by deadline_at limit $1 for update skip locked""";

    private static final String BY_KEY = ORDERS + " caller = $1 and idempotency_key = $2";

    private static final String LINES = """
            select order_id, product_id, quantity, unit_price from order_lines
             where order_id = any($1) order by order_id, position""";

    private static final String CHANGE = """
            update orders o
               set state = c.state, cleared = coalesce(c.cleared, o.cleared), bound = coalesce(c.bound, o.bound),
                   under_review = coalesce(c.under_review, o.under_review), cancel_reason = c.cancel_reason,
                   deadline_at = coalesce(c.deadline_at, o.deadline_at), version = c.version, sequence = c.sequence
              from unnest($1::uuid[], $2::text[], $3::boolean[], $4::boolean[], $5::boolean[], $6::text[],
                          $7::timestamptz[], $8::bigint[], $9::bigint[], $10::bigint[])
                   as c (id, state, cleared, bound, under_review, cancel_reason, deadline_at, version, sequence, seen)
             where o.id = c.id and o.version = c.seen""";

    private static final String CONTACT = """
            select c.email, c.phone from orders o left join order_contacts c on c.order_id = o.id where o.id = $1""";

    private final Pool pool;

    OrderRepository(Pool pool) {
        this.pool = pool;
    }

    /** Stores a placed order with its answer. False when the attempt does not own the claim: then nothing is stored. */
    Uni<Boolean> place(
            SqlClient sql, Submission submission, Claim mine, Pending order, Duration renewHold, Answer answer) {
        var purchase = order.purchase();
        var lines = purchase.lines();
        var parameters = Tuple.tuple()
                .addString(submission.caller())
                .addString(submission.key().value())
                .addInteger(mine.attempt())
                .addUUID(purchase.orderId())
                .addInteger(answer.status())
                .addString(answer.body())
                .addString(purchase.customerId())
                .addLong(purchase.total().minorUnits())
                .addString(purchase.total().currency().getCurrencyCode())
                .addOffsetDateTime(OrderRows.utc(purchase.placedAt()))
                // From now on: it is judged by the database's clock, and the order has it by this process's.
                .addLong(Duration.between(purchase.placedAt(), order.deadline()).toMillis())
                .addLong(renewHold.toMillis())
                .addString(submission.cause().correlationId())
                .addString(submission.cause().traceparent())
                .addArrayOfString(lines.stream().map(OrderLine::productId).toArray(String[]::new))
                .addArrayOfLong(lines.stream().map(OrderLine::quantity).toArray(Long[]::new))
                .addArrayOfLong(lines.stream()
                        .map(line -> line.unitPrice().minorUnits())
                        .toArray(Long[]::new))
                .addString(submission.contact().email())
                .addString(submission.contact().phone());
        return sql.preparedQuery(PLACE).execute(parameters).map(rows -> rows.rowCount() == 1);
    }

    /** Those of the orders that exist, locked in the order of their ids. */
    Uni<Map<UUID, StoredOrder>> lock(SqlClient sql, Collection<UUID> ids) {
        return withLines(sql, sql.preparedQuery(LOCK).execute(Tuple.of(ids.toArray(UUID[]::new))));
    }

    /** Some of the orders whose deadline has passed, locked; those that somebody else has locked are left to him. */
    Uni<Map<UUID, StoredOrder>> lockOverdue(SqlClient sql, int limit) {
        return withLines(sql, sql.preparedQuery(LOCK_OVERDUE).execute(Tuple.of(limit)));
    }

    /** What was ordered with a key. */
    Uni<Optional<Purchase>> purchase(Submission submission) {
        var key = Tuple.of(submission.caller(), submission.key().value());
        return pool.withConnection(
                        sql -> withLines(sql, sql.preparedQuery(BY_KEY).execute(key)))
                .map(found ->
                        found.values().stream().findFirst().map(it -> it.order().purchase()));
    }

    /** The time by which rows are due. */
    Uni<Instant> now(SqlClient sql) {
        return sql.query("select now() as now")
                .execute()
                .map(rows -> OrderRows.instant(rows.iterator().next(), "now"));
    }

    /**
     * Stores changes of locked orders.
     *
     * @throws IllegalStateException when one of them has changed in spite of its lock
     */
    Uni<Void> change(SqlClient sql, Map<UUID, StoredOrder> changes, Map<UUID, StoredOrder> locked) {
        if (changes.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        var changed = changes.values();
        var rowsOf = changed.stream().map(OrderRows::columns).toList();
        var parameters = Tuple.tuple()
                .addArrayOfUUID(changes.keySet().toArray(UUID[]::new))
                .addArrayOfString(rowsOf.stream().map(Columns::state).toArray(String[]::new))
                .addArrayOfBoolean(rowsOf.stream().map(Columns::cleared).toArray(Boolean[]::new))
                .addArrayOfBoolean(rowsOf.stream().map(Columns::bound).toArray(Boolean[]::new))
                .addArrayOfBoolean(rowsOf.stream().map(Columns::underReview).toArray(Boolean[]::new))
                .addArrayOfString(rowsOf.stream().map(Columns::cancelReason).toArray(String[]::new))
                .addArrayOfOffsetDateTime(rowsOf.stream().map(Columns::deadline).toArray(OffsetDateTime[]::new))
                .addArrayOfLong(changed.stream().map(StoredOrder::version).toArray(Long[]::new))
                .addArrayOfLong(changed.stream().map(StoredOrder::sequence).toArray(Long[]::new))
                .addArrayOfLong(changes.keySet().stream()
                        .map(id -> Objects.requireNonNull(locked.get(id)).version())
                        .toArray(Long[]::new));
        return sql.preparedQuery(CHANGE)
                .execute(parameters)
                .invoke(rows -> {
                    if (rows.rowCount() != changed.size()) {
                        throw new IllegalStateException("an order changed while it was locked");
                    }
                })
                .replaceWithVoid();
    }

    /** Empty when there is no such order; without either address when there was no contact, or it was erased. */
    Uni<Optional<Contact>> contact(UUID orderId) {
        return pool.withConnection(sql -> sql.preparedQuery(CONTACT).execute(Tuple.of(orderId)))
                .map(rows -> {
                    var row = rows.rowCount() == 0 ? null : rows.iterator().next();
                    return Optional.ofNullable(row)
                            .map(it -> new Contact(it.getString("email"), it.getString("phone")));
                });
    }

    private Uni<Map<UUID, StoredOrder>> withLines(SqlClient sql, Uni<RowSet<Row>> orders) {
        return orders.flatMap(found -> {
            if (found.rowCount() == 0) {
                return Uni.createFrom().item(Map.of());
            }
            var ids = new ArrayList<UUID>();
            found.forEach(row -> ids.add(row.getUUID("id")));
            return sql.preparedQuery(LINES)
                    .execute(Tuple.of(ids.toArray(UUID[]::new)))
                    .map(lines -> OrderRows.read(found, lines));
        });
    }
}
