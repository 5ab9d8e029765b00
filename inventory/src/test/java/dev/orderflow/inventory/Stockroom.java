package dev.orderflow.inventory;

import com.google.common.util.concurrent.ListenableFuture;
import dev.orderflow.dev.TestDatabase;
import dev.orderflow.proto.inventory.v1.InventoryServiceGrpc;
import dev.orderflow.proto.inventory.v1.InventoryServiceGrpc.InventoryServiceBlockingStub;
import dev.orderflow.proto.inventory.v1.OrderLine;
import dev.orderflow.proto.inventory.v1.ReleaseReservationRequest;
import dev.orderflow.proto.inventory.v1.ReserveStockRequest;
import dev.orderflow.proto.inventory.v1.ReserveStockResponse;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/** Inventory as seen by its callers over gRPC, and its tables as they are. */
final class Stockroom implements AutoCloseable {

    private final TestDatabase database = new TestDatabase(
            setting("database.port"), ConfigProvider.getConfig().getValue("database.name", String.class));
    private @Nullable ManagedChannel channel;

    private static int setting(String name) {
        return ConfigProvider.getConfig().getValue(name, Integer.class);
    }

    /** A call may take long on a busy machine, but not for ever. */
    InventoryServiceBlockingStub grpc() {
        return InventoryServiceGrpc.newBlockingStub(channel()).withDeadlineAfter(30, TimeUnit.SECONDS);
    }

    synchronized ManagedChannel channel() {
        if (channel == null) {
            channel = ManagedChannelBuilder.forAddress("localhost", setting("quarkus.grpc.server.test-port"))
                    .usePlaintext()
                    .build();
        }
        return channel;
    }

    Connection connect() {
        return database.connect();
    }

    static String newId() {
        return UUID.randomUUID().toString();
    }

    String product(long onHand) {
        return product(onHand, 499, "USD", null);
    }

    String product(long onHand, long price, String currency, @Nullable Long threshold) {
        String id = newId();
        execute(
                "insert into products (id, name, unit_price, currency, on_hand, low_stock_threshold)"
                        + " values (?::uuid, 'Mug', ?, ?, ?, ?)",
                id,
                price,
                currency,
                onHand,
                threshold);
        return id;
    }

    static OrderLine line(String product, long quantity) {
        return OrderLine.newBuilder()
                .setProductId(product)
                .setQuantity(quantity)
                .build();
    }

    ReserveStockResponse reserve(String order, OrderLine... lines) {
        return grpc().reserveStock(ReserveStockRequest.newBuilder()
                .setOrderId(order)
                .addAllLines(List.of(lines))
                .build());
    }

    /** A call that is not waited for here. */
    ListenableFuture<ReserveStockResponse> reserving(Duration patience, String order, OrderLine... lines) {
        return InventoryServiceGrpc.newFutureStub(channel())
                .withDeadlineAfter(patience.toMillis(), TimeUnit.MILLISECONDS)
                .reserveStock(ReserveStockRequest.newBuilder()
                        .setOrderId(order)
                        .addAllLines(List.of(lines))
                        .build());
    }

    /** A call that belongs to a story. */
    ReserveStockResponse reserveInStory(String story, String order, OrderLine... lines) {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("x-correlation-id", Metadata.ASCII_STRING_MARSHALLER), story);
        return grpc().withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .reserveStock(ReserveStockRequest.newBuilder()
                        .setOrderId(order)
                        .addAllLines(List.of(lines))
                        .build());
    }

    void release(String order) {
        grpc().releaseReservation(
                        ReleaseReservationRequest.newBuilder().setOrderId(order).build());
    }

    /** The state of a reservation, or none. */
    String state(String order) {
        List<String> found = texts("select state from reservations where order_id = ?::uuid", order);
        return found.isEmpty() ? "none" : found.getFirst();
    }

    long onHand(String product) {
        return number("select on_hand from products where id = ?::uuid", product);
    }

    long reserved(String product) {
        return number("select reserved from products where id = ?::uuid", product);
    }

    /** Products whose reserved units are not those of the reservations that hold stock: one query, so one instant. */
    List<String> discrepancies() {
        return texts("""
                select p.id || ': ' || p.reserved || ' reserved, ' || coalesce(held.units, 0) || ' in reservations'
                from products p left join (
                    select l.product_id, sum(l.quantity) as units
                    from reservation_lines l join reservations r on r.order_id = l.order_id
                    where r.state in ('HELD', 'BOUND') group by l.product_id) held on held.product_id = p.id
                where p.reserved <> coalesce(held.units, 0)""");
    }

    /** Lets a hold end now. */
    void letExpire(String order) {
        execute(
                "update reservations set expires_at = clock_timestamp() - interval '1 ms' where order_id = ?::uuid",
                order);
    }

    /** So many holds of one unit that ended this long ago, each for an order whose id has this end. */
    void holdsThatEnded(String product, int count, String age, String idEnd) {
        execute("""
                with held as (
                    insert into reservations (order_id, state, expires_at, version, sequence, correlation_id)
                    select (lpad(to_hex(i), 8, '0') || ?)::uuid, 'HELD', clock_timestamp() - ?::interval, 1, 0, 'story'
                    from generate_series(1, ?) i returning order_id),
                lines as (
                    insert into reservation_lines (order_id, product_id, quantity, unit_price, currency)
                    select order_id, ?::uuid, 1, 499, 'USD' from held)
                update products set reserved = reserved + ? where id = ?::uuid""", idEnd, age, count, product, count, product);
    }

    /** Keeps everybody waiting who wants to change the product, until the connection is closed. */
    Connection blocking(String product) {
        Connection holder = connect();
        try {
            holder.setAutoCommit(false);
            try (PreparedStatement lock =
                    prepare(holder, "select from products where id = ?::uuid for update", product)) {
                lock.execute();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return holder;
    }

    /** Keeps everybody away from an order, until the connection is closed. */
    Connection blockingOrder(String order) {
        Connection holder = connect();
        try {
            holder.setAutoCommit(false);
            try (PreparedStatement lock = prepare(
                    holder, "select pg_advisory_xact_lock(?)", InventoryRepository.lockKey(UUID.fromString(order)))) {
                lock.execute();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return holder;
    }

    /** How many wait for a product. */
    long waiting() {
        return number("select count(*) from pg_stat_activity where datname = current_database()"
                + " and wait_event_type = 'Lock' and query like '%from products%'");
    }

    /** Ends the connections of those who wait for a product, as a restart of the database would. */
    void disconnectWaiting() {
        texts("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
                + " and wait_event_type = 'Lock' and query like '%from products%'");
    }

    /** How many work on products in any way. */
    long working() {
        return number("select count(*) from pg_locks l join pg_stat_activity a on a.pid = l.pid where a.datname ="
                + " current_database() and l.relation = 'products'::regclass and a.pid <> pg_backend_pid()");
    }

    void execute(String sql, @Nullable Object... values) {
        try (Connection connection = connect();
                PreparedStatement statement = prepare(connection, sql, values)) {
            statement.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    long number(String sql, @Nullable Object... values) {
        return Long.parseLong(texts(sql, values).getFirst());
    }

    List<String> texts(String sql, @Nullable Object... values) {
        try (Connection connection = connect();
                PreparedStatement statement = prepare(connection, sql, values);
                ResultSet rows = statement.executeQuery()) {
            List<String> found = new ArrayList<>();
            while (rows.next()) {
                found.add(rows.getString(1));
            }
            return found;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static PreparedStatement prepare(Connection connection, String sql, @Nullable Object... values)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        return statement;
    }

    @Override
    public synchronized void close() {
        if (channel != null) {
            channel.shutdownNow();
        }
    }
}
