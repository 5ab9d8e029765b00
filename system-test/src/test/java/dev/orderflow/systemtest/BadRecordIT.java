package dev.orderflow.systemtest;

import static dev.orderflow.dev.TestPatience.await;
import static dev.orderflow.systemtest.Orderflow.PATIENCE;
import static dev.orderflow.systemtest.Orderflow.order;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orderflow.dev.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Records that no service of ours writes: they are kept or ignored, and those behind them go on. */
@ExtendWith(OrderflowExtension.class)
class BadRecordIT {

    private static final List<String> CONSUMERS = List.of("inventory", "fraud", "notification");

    private final Orderflow system;

    BadRecordIT(Orderflow system) {
        this.system = system;
    }

    /** What is wrong with a record, and how it is written. */
    private record Bad(
            @Nullable String key, byte[] body, @Nullable String id, String type) {

        ProducerRecord<byte[], byte[]> to(String topic, int partition) {
            var bytes = new ProducerRecord<byte[], byte[]>(
                    topic, partition, key == null ? null : key.getBytes(UTF_8), body);
            if (id != null) {
                bytes.headers().add("ce_id", id.getBytes(UTF_8));
            }
            Map.of(
                            "ce_type", type,
                            "ce_source", "/somebody",
                            "ce_specversion", "1.0",
                            "ce_eventversion", "1.0",
                            "ce_time", "2026-03-01T10:00:00Z",
                            "ce_sequence", "1",
                            "ce_correlationid", "a-test",
                            "content-type", "application/json")
                    .forEach((name, value) -> bytes.headers().add(name, value.getBytes(UTF_8)));
            return bytes;
        }
    }

    @Test
    void undecodableRecordsAreParkedAndThoseBehindGoOn() {
        var body = "{}".getBytes(UTF_8);
        var bad = List.<Supplier<Bad>>of(
                () -> new Bad(id(), "not JSON".getBytes(UTF_8), id(), "order.placed"),
                () -> new Bad(null, body, id(), "order.placed"),
                () -> new Bad(id(), body, null, "order.placed"),
                () -> new Bad(id(), body, "nonsense\0", "order.placed"),
                () -> new Bad(id() + "\0", new byte[] {0, 0, 0}, id(), "order.placed"));

        var written = system.topic("order").write(onEveryPartition("order.events.v1", bad));

        ordersInEveryPartitionAreConfirmed();
        for (var consumer : CONSUMERS) {
            for (var record : written) {
                await(consumer + " has parked " + record).atMost(PATIENCE).until(() -> parked(consumer, record) == 1);
            }
            var letters = new Topic(system.bootstrapServers(), "order.events.v1." + consumer + ".dlt");
            await("dead letters of " + consumer)
                    .atMost(PATIENCE)
                    .until(() -> letters.read().size() >= written.size());
        }
    }

    @Test
    void unknownTypesAndUnknownOrdersAreIgnored() {
        var types = system.topic("order")
                .write(onEveryPartition(
                        "order.events.v1",
                        List.of(() -> new Bad(id(), "anything".getBytes(UTF_8), id(), "order.painted"))));
        var orders = system.topic("fraud").write(onEveryPartition("fraud.events.v1", List.of(BadRecordIT::verdict)));

        ordersInEveryPartitionAreConfirmed();
        system.awaitQuiet();

        for (var record : types) {
            CONSUMERS.forEach(consumer -> assertEquals(0, parked(consumer, record), consumer));
        }
        orders.forEach(record -> assertEquals(0, parked("order", record)));
    }

    /** Nothing is wrong with it, but nobody has ever placed that order. */
    private static Bad verdict() {
        var order = id();
        var body = """
                {"order_id": "%s", "customer_id": "nobody", "score": 0, "reasons": []}""".formatted(order);
        return new Bad(order, body.getBytes(UTF_8), id(), "fraud.cleared");
    }

    /** One bad record in each partition; fewer than the number that stops a consumer. */
    private static List<ProducerRecord<byte[], byte[]>> onEveryPartition(String topic, List<Supplier<Bad>> kinds) {
        var records = new ArrayList<ProducerRecord<byte[], byte[]>>();
        for (int partition = 0; partition < Topics.PARTITIONS; partition++) {
            records.add(kinds.get(partition % kinds.size()).get().to(topic, partition));
        }
        return records;
    }

    private void ordersInEveryPartitionAreConfirmed() {
        var product = system.product("5.00", 100);
        var orders = new ArrayList<String>();
        for (int n = 0; n < 2 * Topics.PARTITIONS; n++) {
            orders.add(system.placed(order("customer-" + UUID.randomUUID(), product, 1)));
        }
        orders.forEach(order -> system.awaitState(order, "CONFIRMED"));
    }

    private long parked(String consumer, RecordMetadata record) {
        return system.database(consumer)
                .number(
                        "select count(*) from parked where topic = ? and partition_number = ? and record_offset = ?",
                        record.topic(),
                        record.partition(),
                        record.offset());
    }

    private static String id() {
        return UUID.randomUUID().toString();
    }
}
