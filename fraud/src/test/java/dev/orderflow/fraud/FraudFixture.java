package dev.orderflow.fraud;

import static org.awaitility.Awaitility.await;

import dev.orderflow.contracts.EventSchemas;
import io.agroal.api.AgroalDataSource;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What the tests of the running service do again and again. */
final class FraudFixture implements AutoCloseable {

    final Topic orders = new Topic("order.events.v1");
    final Topic verdicts = new Topic("fraud.events.v1");
    private final AgroalDataSource database;

    FraudFixture(AgroalDataSource database) {
        this.database = database;
    }

    TestOrder place(TestOrder order) {
        orders.send(order.key(), order.headers("order.placed", 1), order.body());
        return order;
    }

    void confirm(TestOrder order) {
        orders.send(order.key(), order.headers("order.confirmed", 2), order.body());
    }

    void cancel(TestOrder order) {
        orders.send(order.key(), order.headers("order.cancelled", 2), order.body());
    }

    /** The events of the order's assessment so far, all of them valid. */
    List<ConsumerRecord<byte[], byte[]>> eventsOf(TestOrder order) {
        return verdicts.records().stream()
                .filter(record -> Topic.header(record, "ce_subject").equals(order.key()))
                .peek(FraudFixture::assertValid)
                .toList();
    }

    List<String> typesOf(TestOrder order) {
        return eventsOf(order).stream()
                .map(record -> Topic.header(record, "ce_type"))
                .toList();
    }

    ConsumerRecord<byte[], byte[]> awaitVerdict(TestOrder order) {
        await().atMost(Duration.ofSeconds(20)).until(() -> !eventsOf(order).isEmpty());
        return eventsOf(order).getFirst();
    }

    List<String> awaitReasons(TestOrder order) {
        awaitVerdict(order);
        return List.of(query("select coalesce(string_agg(r ->> 'code', ' '), '') from assessments, "
                        + "jsonb_array_elements(reasons::jsonb) r where order_id = '" + order.orderId() + "'")
                .getFirst()
                .split(" ", -1));
    }

    void awaitState(TestOrder order, String state) {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> query("select order_state from assessments where order_id = '" + order.orderId() + "'")
                        .equals(List.of(state)));
    }

    /** Returns when everything that was sent before has been consumed: an order at the end of each partition is assessed. */
    void awaitEverythingBefore() {
        List<TestOrder> last = new ArrayList<>();
        for (int partition = 0; partition < orders.partitions(); partition++) {
            TestOrder order = TestOrder.of("last-" + TestOrder.id(), "1.00");
            orders.send(partition, Topic.bytes(order.key()), order.headers("order.placed", 1), order.body());
            last.add(order);
        }
        last.forEach(this::awaitVerdict);
    }

    /** Rows as text, columns separated by a space. */
    List<String> query(String sql) {
        try (var connection = database.getConnection();
                var statement = connection.createStatement();
                var found = statement.executeQuery(sql)) {
            List<String> rows = new ArrayList<>();
            while (found.next()) {
                List<String> row = new ArrayList<>();
                for (int column = 1; column <= found.getMetaData().getColumnCount(); column++) {
                    row.add(String.valueOf(found.getString(column)));
                }
                rows.add(String.join(" ", row));
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    void execute(String sql) {
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void assertValid(ConsumerRecord<byte[], byte[]> record) {
        List<String> violations = EventSchemas.violations(Topic.header(record, "ce_type"), record.value());
        if (!violations.isEmpty()) {
            throw new AssertionError(violations);
        }
    }

    @Override
    public void close() {
        orders.close();
        verdicts.close();
    }
}
