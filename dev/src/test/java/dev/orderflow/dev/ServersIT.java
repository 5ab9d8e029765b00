package dev.orderflow.dev;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class ServersIT {

    @Test
    void whatIsCommittedOrAcknowledgedHasReachedTheDisk() throws Exception {
        var database = TestServers.newDatabase();
        try (var connection = database.connect();
                var statement = connection.createStatement();
                var row = statement.executeQuery(
                        "select current_setting('fsync'), current_setting('synchronous_commit'), current_user")) {
            row.next();

            assertEquals("on", row.getString(1));
            assertEquals("on", row.getString(2));
            assertEquals("orderflow", row.getString(3));
        }
        TestServers.drop(database);

        var broker = new ConfigResource(ConfigResource.Type.BROKER, "1");
        try (var admin = Topics.admin(TestServers.kafka())) {
            var settings = admin.describeConfigs(List.of(broker))
                    .all()
                    .get()
                    .values()
                    .iterator()
                    .next();

            assertEquals("1", settings.get("log.flush.interval.messages").value());
        }
    }

    @Test
    void everyStartBringsAnEmptyDatabaseAndEmptyTopics() throws Exception {
        var first = new TestServers();
        var before = first.start();
        send(TestServers.kafka(), "order.events.v1");
        first.stop();

        var second = new TestServers();
        second.init(Map.of("topics", "extra.events.v1"));
        var after = second.start();

        assertEquals(before.get("kafka.bootstrap.servers"), after.get("kafka.bootstrap.servers"), "the same servers");
        assertNotEquals(before.get("database.name"), after.get("database.name"));
        assertEquals(0, records("order.events.v1"));
        assertEquals(Topics.PARTITIONS, partitions("extra.events.v1"));
        assertEquals(Topics.PARTITIONS, partitions("inventory.events.v1"));
        assertEquals(1, partitions("order.events.v1.fraud.dlt"));
        second.stop();
    }

    /** The broker lists a deleted topic for a moment; taking that for the new one, nothing would be there in the end. */
    @Test
    void topicsThatWereRecreatedAreThereAtOnce() throws Exception {
        try (var admin = Topics.admin(TestServers.kafka())) {
            for (var again = 0; again < 20; again++) {
                Topics.recreate(admin);

                assertEquals(0, records("order.events.v1"));
                assertEquals(1, partitions("order.events.v1.fraud.dlt"));
            }
        }
    }

    private static void send(String servers, String topic) throws Exception {
        try (var producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", servers), new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(topic, 3, "key".getBytes(UTF_8), "value".getBytes(UTF_8)))
                    .get(20, TimeUnit.SECONDS);
        }
    }

    private static int partitions(String topic) throws Exception {
        try (var admin = Topics.admin(TestServers.kafka())) {
            return admin.describeTopics(Set.of(topic)).allTopicNames().get().values().stream()
                    .mapToInt(description -> description.partitions().size())
                    .sum();
        }
    }

    private static long records(String topic) throws Exception {
        try (var admin = Topics.admin(TestServers.kafka())) {
            var wanted = new HashSet<TopicPartition>();
            for (var partition = 0; partition < Topics.PARTITIONS; partition++) {
                wanted.add(new TopicPartition(topic, partition));
            }
            var offsets = new java.util.HashMap<TopicPartition, OffsetSpec>();
            wanted.forEach(partition -> offsets.put(partition, OffsetSpec.latest()));
            return admin.listOffsets(offsets).all().get().values().stream()
                    .mapToLong(result -> result.offset())
                    .sum();
        }
    }
}
