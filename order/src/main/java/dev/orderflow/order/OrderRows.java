package dev.orderflow.order;

import dev.orderflow.messaging.Cause;
import dev.orderflow.order.OrderRows.Columns;
import dev.orderflow.order.domain.CancelReason;
import dev.orderflow.order.domain.Money;
import dev.orderflow.order.domain.Order;
import dev.orderflow.order.domain.Order.Cancelled;
import dev.orderflow.order.domain.Order.Confirmed;
import dev.orderflow.order.domain.Order.Pending;
import dev.orderflow.order.domain.OrderLine;
import dev.orderflow.order.domain.Purchase;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Currency;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What rows say about an order, and what an order says to its row. */
final class OrderRows {

    private OrderRows() {}

    /** The orders with their lines, in the order in which they were found. */
    static Map<UUID, StoredOrder> read(RowSet<Row> orders, RowSet<Row> lines) {
        var linesOf = new HashMap<UUID, List<Row>>();
        lines.forEach(row -> linesOf.computeIfAbsent(row.getUUID("order_id"), _ -> new ArrayList<>())
                .add(row));
        var read = new LinkedHashMap<UUID, StoredOrder>();
        orders.forEach(row -> {
            var id = row.getUUID("id");
            var currency = Currency.getInstance(row.getString("currency"));
            var purchase = new Purchase(
                    id,
                    row.getString("customer_id"),
                    linesOf.getOrDefault(id, List.of()).stream()
                            .map(line -> line(line, currency))
                            .toList(),
                    new Money(row.getLong("total"), currency),
                    instant(row, "placed_at"));
            read.put(
                    id,
                    new StoredOrder(order(row, purchase), row.getLong("version"), row.getLong("sequence"), story(row)));
        });
        return read;
    }

    /** What a timer continues. */
    static Cause story(Row row) {
        return new Cause(row.getString("correlation_id"), null, row.getString("traceparent"));
    }

    private static Order order(Row row, Purchase purchase) {
        return switch (row.getString("state")) {
            case "PENDING" ->
                new Pending(
                        purchase,
                        row.getBoolean("cleared"),
                        row.getBoolean("bound"),
                        row.getBoolean("under_review"),
                        instant(row, "deadline_at"));
            case "CONFIRMED" -> new Confirmed(purchase);
            case "CANCELLED" -> new Cancelled(purchase, CancelReason.valueOf(row.getString("cancel_reason")));
            default -> throw new IllegalStateException(row.getString("state"));
        };
    }

    private static OrderLine line(Row row, Currency currency) {
        return new OrderLine(
                row.getString("product_id"), row.getLong("quantity"), new Money(row.getLong("unit_price"), currency));
    }

    /** What a state knows; what it does not know any more stays in the row as it was. */
    record Columns(
            String state,
            @Nullable Boolean cleared,
            @Nullable Boolean bound,
            @Nullable Boolean underReview,
            @Nullable String cancelReason,
            @Nullable OffsetDateTime deadline) {}

    static Columns columns(StoredOrder stored) {
        return switch (stored.order()) {
            case Pending(var _, var cleared, var bound, var underReview, var deadline) ->
                new Columns("PENDING", cleared, bound, underReview, null, utc(deadline));
            case Confirmed _ -> new Columns("CONFIRMED", true, true, null, null, null);
            case Cancelled(var _, var reason) -> new Columns("CANCELLED", null, null, null, reason.name(), null);
        };
    }

    static Instant instant(Row row, String column) {
        return row.getOffsetDateTime(column).toInstant();
    }

    static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
