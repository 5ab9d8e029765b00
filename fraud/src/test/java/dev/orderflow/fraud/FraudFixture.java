package dev.orderflow.fraud;

import static dev.orderflow.dev.TestPatience.await;

import dev.orderflow.contracts.EventSchemas;
import dev.orderflow.dev.TestSql;
import dev.orderflow.dev.TestTopic;
import io.agroal.api.AgroalDataSource;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What the tests of the running service do again and again. */
final class FraudFixture implements AutoCloseable {

    final TestTopic orders = new TestTopic("order.events.v1");
    final TestTopic verdicts = new TestTopic("fraud.events.v1");
    private final TestSql database;

    FraudFixture(AgroalDataSource database) {
        this.database = new TestSql(database);
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
                .filter(record -> TestTopic.header(record, "ce_subject").equals(order.key()))
                .peek(FraudFixture::assertValid)
                .toList();
    }

    List<String> typesOf(TestOrder order) {
        return eventsOf(order).stream()
                .map(record -> TestTopic.header(record, "ce_type"))
                .toList();
    }

    ConsumerRecord<byte[], byte[]> awaitVerdict(TestOrder order) {
        await().until(() -> !eventsOf(order).isEmpty());
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
        await().until(() -> query("select order_state from assessments where order_id = '" + order.orderId() + "'")
                .equals(List.of(state)));
    }

    /** Returns when everything that was sent before has been consumed: an order at the end of each partition is assessed. */
    void awaitEverythingBefore() {
        List<TestOrder> last = new ArrayList<>();
        for (int partition = 0; partition < orders.partitions(); partition++) {
            TestOrder order = TestOrder.of("last-" + TestOrder.id(), "1.00");
            orders.send(partition, TestTopic.bytes(order.key()), order.headers("order.placed", 1), order.body());
            last.add(order);
        }
        last.forEach(this::awaitVerdict);
        // The others' verdicts are in other buckets of it.
        await().until(() -> query("select count(*) from outbox").equals(List.of("0")));
    }

    List<String> query(String sql) {
        return database.query(sql);
    }

    void execute(String sql) {
        database.execute(sql);
    }

    private static void assertValid(ConsumerRecord<byte[], byte[]> record) {
        List<String> violations = EventSchemas.violations(TestTopic.header(record, "ce_type"), record.value());
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
