package dev.orderflow.notification;

import static dev.orderflow.dev.TestPatience.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orderflow.contracts.EventSchemas;
import dev.orderflow.dev.TestSql;
import dev.orderflow.dev.TestTopic;
import io.agroal.api.AgroalDataSource;
import jakarta.mail.BodyPart;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What the tests of the running service do again and again. */
final class NotificationFixture implements AutoCloseable {

    final TestTopic orders = new TestTopic("order.events.v1");
    final TestTopic stock = new TestTopic("inventory.events.v1");
    private final TestTopic told = new TestTopic("notification.events.v1");
    private final TestSql database;
    private final Outside outside;

    NotificationFixture(AgroalDataSource database, Outside outside) {
        this.database = new TestSql(database);
        this.outside = outside;
    }

    /** An order of a customer whom only this order has. */
    record TestOrder(String id, String email) {}

    TestOrder order() {
        return order("anna-" + TestEvents.id() + "@example.com");
    }

    TestOrder order(String email) {
        TestOrder order = new TestOrder(TestEvents.id().toString(), email);
        outside.know(order.id(), email);
        return order;
    }

    void place(TestOrder order) {
        send("order.placed", order);
    }

    void confirm(TestOrder order) {
        send("order.confirmed", order);
    }

    void cancel(TestOrder order, String reason) {
        orders.send(
                order.id(),
                TestEvents.headers("order.cancelled", order.id()),
                TestEvents.cancelled(order.id(), reason));
    }

    private void send(String type, TestOrder order) {
        orders.send(order.id(), TestEvents.headers(type, order.id()), TestEvents.order(order.id()));
    }

    List<MimeMessage> awaitMails(TestOrder order, int count) {
        await().until(() -> outside.mailsTo(order.email()).size() >= count);
        return outside.mailsTo(order.email());
    }

    /** Until the notification about the order's state is as expected: delivery and, when there is one, the reason. */
    void awaitDelivery(TestOrder order, String state, String delivery) {
        await().until(() -> deliveries(order, state), List.of(delivery)::equals);
    }

    private List<String> deliveries(TestOrder order, String state) {
        return query("select trim(delivery || ' ' || coalesce(reason, '')) from notification where order_id = '"
                + order.id() + "' and occasion = '" + state + "'");
    }

    void awaitAttempts(TestOrder order, int attempts) {
        await().until(
                        () -> query("select id from notification where attempt >= " + attempts + " and order_id = '"
                                        + order.id() + "'")
                                .size(),
                        found -> found == 1);
    }

    /**
     * Returns when everything that was sent before has been consumed, and what is due has been tried: an order at the end
     * of each partition has been told.
     */
    void awaitEverythingBefore() {
        List<TestOrder> last = new ArrayList<>();
        for (int partition = 0; partition < orders.partitions(); partition++) {
            TestOrder order = order();
            orders.send(
                    partition,
                    TestTopic.bytes(order.id()),
                    TestEvents.headers("order.placed", order.id()),
                    TestTopic.bytes(TestEvents.order(order.id())));
            last.add(order);
        }
        last.forEach(order -> awaitDelivery(order, "placed", "sent"));
    }

    /** The events about the notifications of an order so far, all of them valid, the oldest first. */
    List<ConsumerRecord<byte[], byte[]>> eventsOf(TestOrder order) {
        List<ConsumerRecord<byte[], byte[]>> events = told.records().stream()
                .filter(record -> body(record).contains(order.id()))
                .toList();
        for (ConsumerRecord<byte[], byte[]> event : events) {
            String type = TestTopic.headers(event).getOrDefault("ce_type", "");
            assertEquals(List.of(), EventSchemas.headerViolations(TestTopic.headers(event)));
            assertEquals(List.of(), EventSchemas.violations(type, event.value()));
        }
        return events;
    }

    List<ConsumerRecord<byte[], byte[]>> awaitEvents(TestOrder order, int count) {
        await().until(() -> eventsOf(order).size() >= count);
        return eventsOf(order);
    }

    static String body(ConsumerRecord<byte[], byte[]> record) {
        return new String(record.value(), StandardCharsets.UTF_8);
    }

    List<String> query(String sql) {
        return database.query(sql);
    }

    void execute(String sql) {
        database.execute(sql);
    }

    /** One of the two forms of a message: text/plain or text/html. */
    static String content(MimeMessage mail, String type) {
        try {
            return content((Multipart) mail.getContent(), type);
        } catch (MessagingException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String content(Multipart parts, String type) throws MessagingException, IOException {
        for (int i = 0; i < parts.getCount(); i++) {
            BodyPart part = parts.getBodyPart(i);
            if (part.isMimeType(type)) {
                return (String) part.getContent();
            }
            if (part.getContent() instanceof Multipart nested) {
                return content(nested, type);
            }
        }
        throw new AssertionError("no " + type);
    }

    @Override
    public void close() {
        orders.close();
        stock.close();
        told.close();
    }
}
