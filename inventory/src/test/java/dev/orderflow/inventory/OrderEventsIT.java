package dev.orderflow.inventory;

import static dev.orderflow.dev.TestPatience.await;
import static dev.orderflow.inventory.Kafka.event;
import static dev.orderflow.inventory.Stockroom.line;
import static dev.orderflow.inventory.Stockroom.newId;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orderflow.dev.TestLog;
import dev.orderflow.dev.TestServers;
import dev.orderflow.proto.inventory.v1.ReserveStockResponse;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@QuarkusTest
@WithTestResource(TestServers.class)
@WithTestResource(GrpcPort.class)
class OrderEventsIT {

    private final Stockroom stockroom = new Stockroom();
    private final Kafka kafka = new Kafka();
    private final String order = newId();

    @AfterEach
    void addsUp() {
        assertEquals(List.of(), stockroom.discrepancies());
        stockroom.close();
        kafka.close();
    }

    @Test
    void confirmedOrderTakesItsStockOutOfTheHouse() {
        String one = stockroom.product(10);
        String two = stockroom.product(5);
        stockroom.reserve(order, line(one, 3), line(two, 1));
        Map<String, Long> lines = Map.of(one, 3L, two, 1L);

        kafka.send(event("order.placed", order, lines), event("order.confirmed", order, lines));

        soon(() -> kafka.typesOf(order).equals(List.of("inventory.reserved", "inventory.committed")));
        assertEquals("COMMITTED", stockroom.state(order));
        assertEquals(List.of(7L, 0L), List.of(stockroom.onHand(one), stockroom.reserved(one)));
        assertEquals(List.of(4L, 0L), List.of(stockroom.onHand(two), stockroom.reserved(two)));
    }

    @Test
    void eventsKeepTheirContractAndTheirStory() {
        String product = stockroom.product(10);
        stockroom.reserve(order, line(product, 3));
        ProducerRecord<byte[], byte[]> placed = event("order.placed", order, Map.of(product, 3L));

        kafka.send(placed, event("order.cancelled", order, Map.of(product, 3L)));

        soon(() -> kafka.of(order).size() == 2);
        List<ConsumerRecord<byte[], byte[]>> events = kafka.of(order);
        assertEquals(
                List.of(),
                events.stream().flatMap(e -> Kafka.violations(e).stream()).toList());
        Map<String, String> first = Kafka.headers(events.getFirst());
        assertEquals("story-of-" + order, first.get("ce_correlationid"));
        assertEquals(Kafka.text(placed.headers().lastHeader("ce_id").value()), first.get("ce_causationid"));
        assertEquals(
                List.of("1", "2"),
                events.stream().map(e -> Kafka.headers(e).get("ce_sequence")).toList());
        assertEquals("""
                {"order_id":"%s","items":[{"product_id":"%s","quantity":3}]}""".formatted(order, product), Kafka.text(events.getFirst().value()));
    }

    @Test
    void cancelledOrderGivesItsStockBack() {
        String product = stockroom.product(10);
        stockroom.reserve(order, line(product, 3));
        Map<String, Long> lines = Map.of(product, 3L);

        kafka.send(event("order.placed", order, lines), event("order.cancelled", order, lines));

        soon(() -> kafka.typesOf(order).equals(List.of("inventory.reserved", "inventory.released")));
        assertEquals(List.of(10L, 0L), List.of(stockroom.onHand(product), stockroom.reserved(product)));
    }

    @Test
    void boundStockDoesNotExpireAndIsAnsweredWithoutTime() {
        String product = stockroom.product(10);
        stockroom.reserve(order, line(product, 3));
        kafka.send(event("order.placed", order, Map.of(product, 3L)));
        soon(() -> stockroom.state(order).equals("BOUND"));

        ReserveStockResponse repeat = stockroom.reserve(order, line(product, 3));

        assertEquals("4.99", repeat.getReserved().getLines(0).getUnitPrice().getAmount());
        assertEquals(false, repeat.getReserved().hasRemaining());
        assertEquals(
                0,
                stockroom.number(
                        "select count(*) from reservations where order_id = ?::uuid and expires_at is not null",
                        order));
    }

    @Test
    void placedOrderNobodyReservedForIsReservedFromItsOwnLines() {
        String product = stockroom.product(10);

        kafka.send(event("order.placed", order, Map.of(product, 3L)));

        soon(() -> kafka.typesOf(order).equals(List.of("inventory.reserved")));
        assertEquals(3, stockroom.reserved(product));
    }

    @Test
    void placedOrderWhoseHoldExpiredIsReservedAgain() {
        String product = stockroom.product(10);
        stockroom.reserve(order, line(product, 3));
        stockroom.letExpire(order);
        soon(() -> stockroom.state(order).equals("EXPIRED"));

        kafka.send(event("order.placed", order, Map.of(product, 3L)));

        soon(() -> kafka.typesOf(order).equals(List.of("inventory.reserved")));
        assertEquals(3, stockroom.reserved(product));
    }

    @Test
    void placedOrderWithoutStockHasLostIt() {
        String product = stockroom.product(2);
        String gone = newId();

        kafka.send(event("order.placed", order, Map.of(product, 3L)), event("order.placed", gone, Map.of(newId(), 1L)));

        soon(() -> kafka.typesOf(order).equals(List.of("inventory.reservation_lost")));
        soon(() -> kafka.typesOf(gone).equals(List.of("inventory.reservation_lost")));
        assertEquals(List.of(), Kafka.violations(kafka.of(order).getFirst()));
        assertEquals("TOMBSTONE", stockroom.state(order));
    }

    @Test
    void placedOrderIsNotLostForTheSakeOfAHoldThatEnded() {
        String product = stockroom.product(3);
        String slow = newId();
        stockroom.reserve(slow, line(product, 3));
        stockroom.letExpire(slow);

        kafka.send(event("order.placed", order, Map.of(product, 3L)));

        soon(() -> !kafka.typesOf(order).isEmpty());
        assertEquals(List.of("inventory.reserved"), kafka.typesOf(order));
    }

    @Test
    void placedOrderIsNotLostForTheSakeOfHoweverManyHoldsThatEnded() throws SQLException {
        String product = stockroom.product(600);
        String other = stockroom.product(100);
        // Keeps the sweep from helping: somebody works on what it would give back first, orders that share a lock.
        String idEnd = newId().substring(8);
        try (Connection _ = stockroom.blockingOrder("00000001" + idEnd)) {
            stockroom.holdsThatEnded(other, 100, "2 hours", idEnd);
            stockroom.holdsThatEnded(product, 600, "1 hour", newId().substring(8));

            kafka.send(event("order.placed", order, Map.of(product, 600L)));

            soon(() -> !kafka.typesOf(order).isEmpty());
            assertEquals(100, stockroom.reserved(other));
        }
        assertEquals(List.of("inventory.reserved"), kafka.typesOf(order));
        soon(() -> stockroom.reserved(other) == 0);
    }

    @Test
    void cancelledOrderNobodyKnowsLeavesATombstone() {
        String product = stockroom.product(10);

        kafka.send(event("order.cancelled", order, Map.of(product, 3L)));

        soon(() -> stockroom.state(order).equals("TOMBSTONE"));
        assertEquals(0, stockroom.reserved(product));
        assertEquals(List.of(), kafka.of(order));
    }

    @Test
    void deliveredAgainChangesNothing() {
        String product = stockroom.product(10);
        stockroom.reserve(order, line(product, 3));
        ProducerRecord<byte[], byte[]> placed = event("order.placed", order, Map.of(product, 3L));
        ProducerRecord<byte[], byte[]> confirmed = event("order.confirmed", order, Map.of(product, 3L));
        kafka.send(placed, confirmed);
        soon(() -> kafka.of(order).size() == 2);

        kafka.send(placed, confirmed, placed, confirmed);
        // The same facts under new ids, as if they were told twice.
        kafka.send(
                event("order.placed", order, Map.of(product, 3L)),
                event("order.confirmed", order, Map.of(product, 3L)));
        afterwards();

        assertEquals(List.of("inventory.reserved", "inventory.committed"), kafka.typesOf(order));
        assertEquals(List.of(7L, 0L), List.of(stockroom.onHand(product), stockroom.reserved(product)));
    }

    @Test
    void confirmedWithoutBoundStockIsParkedAndOthersGoOn() {
        String product = stockroom.product(10);
        stockroom.reserve(order, line(product, 3));

        kafka.send(event("order.confirmed", order, Map.of(product, 3L)));
        afterwards();

        assertEquals("HELD", stockroom.state(order));
        assertEquals(1, parked(order));
        assertTrue(stockroom
                .texts("select reason from parked where key = convert_to(?, 'UTF8')", order)
                .getFirst()
                .contains("confirmed before its stock was bound"));
    }

    static Stream<String> undecodable() {
        String order = "{\"order_id\":\"ORDER\",\"currency\":\"USD\",\"items\":";
        String item = "[{\"product_id\":\"%s\",\"quantity\":%s,\"price\":%s}]}";
        return Stream.of(
                "",
                "not json",
                "null",
                "[]",
                "{}",
                "\0",
                order + "[]}",
                order + "null}",
                order + "[null]}",
                order + item.formatted(newId(), "0", "\"1\""),
                order + item.formatted(newId(), "1.5", "\"1\""),
                order + item.formatted(newId(), "\"1\"", "\"1\""),
                order + item.formatted(newId(), "99999999999999999999", "\"1\""),
                order + item.formatted(newId(), "1", "\"-1\""),
                order + item.formatted(newId(), "1", "\"1.001\""),
                order.replace("USD", "ZZZ") + item.formatted(newId(), "1", "\"1\""),
                order.replace("ORDER", newId()) + item.formatted(newId(), "1", "\"1\""));
    }

    @ParameterizedTest
    @MethodSource("undecodable")
    void whatCannotBeUnderstoodIsParked(String body) {
        kafka.send(Kafka.record("order.placed", order, body.replace("ORDER", order)));

        soon(() -> parked(order) == 1);
        assertEquals("none", stockroom.state(order));
    }

    @Test
    void eventOfSomethingThatIsNoOrderIsParked() {
        String key = "key " + order;
        kafka.send(Kafka.record("order.placed", key, "{}"));

        soon(() -> parked(key) == 1);
    }

    @Test
    void unknownTypeIsIgnored() {
        kafka.send(Kafka.record("order.gift_wrapped", order, "whatever"));
        afterwards();

        assertEquals(0, parked(order));
    }

    @Test
    void manyOrdersInOneBatchEachGetTheirOwn() {
        String product = stockroom.product(60);
        List<String> orders = IntStream.range(0, 100).mapToObj(i -> newId()).toList();
        List<ProducerRecord<byte[], byte[]>> events = new ArrayList<>();
        orders.forEach(id -> events.add(event("order.placed", id, Map.of(product, 1L))));
        orders.subList(0, 10).forEach(id -> events.add(event("order.cancelled", id, Map.of(product, 1L))));

        events.forEach(kafka::send);

        soon(() -> orders.stream().noneMatch(id -> stockroom.state(id).equals("none")));
        soon(() -> orders.subList(0, 10).stream()
                .noneMatch(id -> stockroom.state(id).equals("BOUND")));
        long bound = orders.stream()
                .filter(id -> stockroom.state(id).equals("BOUND"))
                .count();
        assertEquals(bound, stockroom.reserved(product));
        assertTrue(bound >= 50 && bound <= 60, "bound " + bound);
    }

    @Test
    void everyLineOfABatchNamesTheStoryOfItsOwnOrder() throws SQLException {
        String hot = stockroom.product(10);
        String product = stockroom.product(60);
        List<String> orders = IntStream.range(0, 10).mapToObj(i -> newId()).toList();
        try (TestLog log = new TestLog("dev.orderflow.inventory")) {
            try (Connection _ = stockroom.blocking(hot)) {
                // Whoever comes after this one waits, and comes in one batch then.
                kafka.send(event("order.placed", order, Map.of(hot, 1L)));
                soon(() -> stockroom.waiting() == 1);
                orders.forEach(id -> kafka.send(traced(event("order.placed", id, Map.of(product, 1L)))));
            }

            for (String id : orders) {
                TestLog.Line line = await().until(() -> log.about("OrderPlaced orderId=" + id), Objects::nonNull);
                assertEquals("story-of-" + id, line.story());
                assertEquals(id.replace("-", ""), line.traceId());
            }
        }
    }

    /** Of a trace whose id is that of the order. */
    private static ProducerRecord<byte[], byte[]> traced(ProducerRecord<byte[], byte[]> record) {
        String trace =
                "00-%s-00f067aa0ba902b7-01".formatted(Kafka.text(record.key()).replace("-", ""));
        record.headers().add("traceparent", trace.getBytes(StandardCharsets.UTF_8));
        return record;
    }

    @Test
    void tellsOnceThatAProductRunsLow() {
        String product = stockroom.product(10, 499, "USD", 5L);
        stockroom.reserve(newId(), line(product, 5));
        stockroom.reserve(order, line(product, 1));
        stockroom.reserve(newId(), line(product, 1));

        soon(() -> kafka.typesOf(product).equals(List.of("inventory.low_stock")));
        assertEquals(List.of(), Kafka.violations(kafka.of(product).getFirst()));
        assertEquals(
                """
                {"product_id":"%s","name":"Mug","available":4,"threshold":5}""".formatted(product), Kafka.text(kafka.of(product).getFirst().value()));

        assertTrue(Kafka.headers(kafka.of(product).getFirst())
                .getOrDefault("traceparent", "")
                .matches("00-[0-9a-f]{32}-[0-9a-f]{16}-01"));

        // Out of the shallows and in again.
        stockroom.execute("update products set on_hand = 20 where id = ?::uuid", product);
        stockroom.reserve(newId(), line(product, 10));

        soon(() -> kafka.typesOf(product).equals(List.of("inventory.low_stock", "inventory.low_stock")));
    }

    private long parked(String key) {
        return stockroom.number("select count(*) from parked where key = convert_to(?, 'UTF8')", key);
    }

    /** Waits until everything that was sent before is applied: one record into each partition, after all others. */
    private void afterwards() {
        String product = stockroom.product(100);
        List<String> markers = IntStream.range(0, 12).mapToObj(i -> newId()).toList();
        for (int partition = 0; partition < markers.size(); partition++) {
            ProducerRecord<byte[], byte[]> marker = event("order.placed", markers.get(partition), Map.of(product, 1L));
            kafka.send(new ProducerRecord<>(Kafka.ORDERS, partition, marker.key(), marker.value(), marker.headers()));
        }
        soon(() -> markers.stream().allMatch(id -> stockroom.state(id).equals("BOUND")));
    }

    private static void soon(Callable<Boolean> fact) {
        await().until(fact);
    }
}
