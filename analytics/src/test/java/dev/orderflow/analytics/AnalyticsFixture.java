package dev.orderflow.analytics;

import static dev.orderflow.dev.TestPatience.await;

import dev.orderflow.dev.TestSql;
import dev.orderflow.dev.TestTopic;
import io.agroal.api.AgroalDataSource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/** What the tests of the running service do again and again. */
final class AnalyticsFixture implements AutoCloseable {

    final Map<String, TestTopic> topics =
            TestEvent.TOPICS.stream().collect(Collectors.toMap(name -> name, TestTopic::new));
    private final TestSql database;

    AnalyticsFixture(AgroalDataSource database) {
        this.database = new TestSql(database);
    }

    void send(TestEvent event) {
        topic(event.topic()).send(event.subject(), event.headers(), TestTopic.bytes(event.body()));
    }

    void send(Collection<TestEvent> events) {
        events.forEach(this::send);
    }

    TestTopic topic(String name) {
        return topics.getOrDefault(name, topics.values().iterator().next());
    }

    /** Returns when everything that was sent before has been consumed: an event at the end of each partition is logged. */
    int awaitEverythingBefore() {
        List<UUID> last = new ArrayList<>();
        topics.forEach((name, topic) -> {
            for (int partition = 0; partition < topic.partitions(); partition++) {
                TestEvent event = last(name.substring(0, name.indexOf('.')));
                topic.send(partition, TestTopic.bytes(event.subject()), event.headers(), TestTopic.bytes(event.body()));
                last.add(event.eventId());
            }
            topic.records();
        });
        String ids = last.stream().map(id -> "'" + id + "'").collect(Collectors.joining(","));
        await().until(() -> query("select count(*) from events where event_id in (" + ids + ")")
                .equals(List.of(Integer.toString(last.size()))));
        return last.size();
    }

    private static TestEvent last(String service) {
        UUID id = TestEvent.id();
        String body = "{\"order_id\":\"%s\",\"items\":[],\"total\":\"0\",\"currency\":\"XTS\"}".formatted(id);
        String type =
                switch (service) {
                    case "order" -> "order.placed";
                    case "inventory" -> "inventory.reserved";
                    case "fraud" -> "fraud.cleared";
                    default -> "notification.sent";
                };
        return TestEvent.of(type, id.toString(), 1, Instant.parse("2020-01-01T00:00:00Z"), body);
    }

    List<String> query(String sql) {
        return database.query(sql);
    }

    void execute(String sql) {
        database.execute(sql);
    }

    @Override
    public void close() {
        topics.values().forEach(TestTopic::close);
    }
}
