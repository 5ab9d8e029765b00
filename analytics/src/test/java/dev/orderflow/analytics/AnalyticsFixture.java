package dev.orderflow.analytics;

import static org.awaitility.Awaitility.await;

import io.agroal.api.AgroalDataSource;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/** What the tests of the running service do again and again. */
final class AnalyticsFixture implements AutoCloseable {

    final Map<String, Topic> topics = TestEvent.TOPICS.stream().collect(Collectors.toMap(name -> name, Topic::new));
    private final AgroalDataSource database;

    AnalyticsFixture(AgroalDataSource database) {
        this.database = database;
    }

    void send(TestEvent event) {
        topic(event.topic()).send(event.subject(), event.headers(), Topic.bytes(event.body()));
    }

    void send(Collection<TestEvent> events) {
        events.forEach(this::send);
    }

    Topic topic(String name) {
        return topics.getOrDefault(name, topics.values().iterator().next());
    }

    /** Returns when everything that was sent before has been consumed: an event at the end of each partition is logged. */
    int awaitEverythingBefore() {
        List<UUID> last = new ArrayList<>();
        topics.forEach((name, topic) -> {
            for (int partition = 0; partition < topic.partitions(); partition++) {
                TestEvent event = last(name.substring(0, name.indexOf('.')));
                topic.send(partition, Topic.bytes(event.subject()), event.headers(), Topic.bytes(event.body()));
                last.add(event.eventId());
            }
            topic.records();
        });
        String ids = last.stream().map(id -> "'" + id + "'").collect(Collectors.joining(","));
        await().atMost(Duration.ofSeconds(60))
                .until(() -> query("select count(*) from events where event_id in (" + ids + ")")
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

    @Override
    public void close() {
        topics.values().forEach(Topic::close);
    }
}
