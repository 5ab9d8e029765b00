package dev.orderflow.order;

import dev.orderflow.messaging.Cause;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The statements that keep the stock of pending orders held. They change nothing that an order knows of itself. */
@ApplicationScoped
class HoldRepository {

    /**
     * Taken for a while only: should this replica die before the hold is extended, another one does it. Materialised, so
     * that the limit is applied once.
     */
    private static final String TAKE_DUE = """
            with due as materialized (
                select id from orders
                 where state = 'PENDING' and not bound and hold_due_at <= now()
                 order by hold_due_at limit $1 for update skip locked)
            update orders set hold_due_at = now() + $2 * interval '1 millisecond'
             where id in (select id from due)
            returning id, correlation_id, traceparent""";

    private static final String EXTENDED = """
            update orders set hold_due_at = now() + $2 * interval '1 millisecond' where id = $1 and state = 'PENDING'""";

    private static final String LINES = """
            select order_id, product_id, quantity, unit_price from order_lines
             where order_id = any($1) order by order_id, position""";

    private final Pool pool;

    HoldRepository(Pool pool) {
        this.pool = pool;
    }

    /** Takes some of the orders whose hold is to be extended, and leaves them alone for {@code lease} then. */
    Uni<List<HoldRequest>> takeDue(int limit, Duration lease) {
        return pool.withConnection(sql -> sql.preparedQuery(TAKE_DUE)
                .execute(Tuple.of(limit, lease.toMillis()))
                .flatMap(rows -> {
                    var stories = new HashMap<UUID, Cause>();
                    rows.forEach(row -> stories.put(row.getUUID("id"), OrderRows.story(row)));
                    return requests(sql, stories);
                }));
    }

    private Uni<List<HoldRequest>> requests(SqlConnection sql, Map<UUID, Cause> stories) {
        if (stories.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        return sql.preparedQuery(LINES)
                .execute(Tuple.of(stories.keySet().toArray(UUID[]::new)))
                .map(rows -> {
                    var lines = new HashMap<UUID, List<RequestedLine>>();
                    rows.forEach(row -> lines.computeIfAbsent(row.getUUID("order_id"), _ -> new ArrayList<>())
                            .add(new RequestedLine(row.getString("product_id"), row.getLong("quantity"))));
                    return stories.entrySet().stream()
                            .map(it -> new HoldRequest(
                                    it.getKey(), lines.getOrDefault(it.getKey(), List.of()), it.getValue()))
                            .toList();
                });
    }

    Uni<Void> extended(UUID orderId, Duration renewAfter) {
        return pool.withConnection(sql -> sql.preparedQuery(EXTENDED).execute(Tuple.of(orderId, renewAfter.toMillis())))
                .replaceWithVoid();
    }
}
