package dev.orderflow.analytics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.orderflow.analytics.Projection.Revenue;
import dev.orderflow.analytics.Projection.RevenueSum;
import dev.orderflow.analytics.Projection.Sum;
import dev.orderflow.analytics.Received.Measure;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProjectionTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:59.999Z");
    private static final UUID ORDER = UUID.fromString("0198c7b2-6f1e-7a10-9d3c-5b1f0c4e2a77");
    private static final UUID LAMP = UUID.fromString("0198c7b1-20aa-7c41-8f62-0a9be17d4c05");

    private final AnalyticsMessages messages = new AnalyticsMessages();

    @Test
    void countsAnOrderByMinuteCurrencyAndProduct() {
        Projection figures = Projection.of(List.of(read(TestEvent.of(
                "order.confirmed", ORDER.toString(), 2, NOON, TestEvent.order(ORDER, LAMP, 3, "49.99", "USD", "")))));

        Instant minute = Instant.parse("2026-03-01T12:00:00Z");
        Sum sum = new Sum(1, BigInteger.valueOf(14997), NOON);
        assertEquals(Map.of(new Projection.Key(minute, "order.confirmed", "USD"), sum), figures.minutes);
        assertEquals(Map.of(new Projection.Key(Instant.EPOCH, "order.confirmed", "USD"), sum), figures.totals);
        assertEquals(Map.of(LAMP, Map.of(Measure.UNITS_CONFIRMED, 3L)), figures.products);
        assertEquals(
                Map.of(new Revenue(LAMP, "USD"), new RevenueSum(BigInteger.ZERO, BigInteger.valueOf(14997))),
                figures.revenues);
    }

    @ParameterizedTest
    @CsvSource({
        "order.placed, UNITS_ORDERED, USD",
        "order.confirmed, UNITS_CONFIRMED, USD",
        "order.cancelled, UNITS_CANCELLED, stock_lost",
        "inventory.reserved, UNITS_RESERVED, ''",
        "inventory.committed, UNITS_COMMITTED, ''",
        "inventory.released, UNITS_RELEASED, ''",
        "inventory.reservation_lost, UNITS_LOST, ''",
    })
    void knowsWhatEachEventSaysOfAProduct(String type, Measure measure, String detail) {
        String body = TestEvent.order(ORDER, LAMP, 3, "1.00", "USD", ",\"reason\":\"stock_lost\"");
        Projection figures = Projection.of(List.of(read(TestEvent.of(type, ORDER.toString(), 1, NOON, body))));

        assertEquals(Map.of(LAMP, Map.of(measure, 3L)), figures.products);
        assertEquals(detail, figures.totals.firstKey().detail());
    }

    @Test
    void theLatestEventNamesAProductWhicheverComesFirst() {
        List<Received> events = new ArrayList<>(List.of(
                read(TestEvent.restocked(LAMP, 1, NOON, "Old lamp", 5)),
                read(TestEvent.lowStock(LAMP, 3, NOON.plusSeconds(2), "New lamp")),
                read(TestEvent.restocked(LAMP, 2, NOON.plusSeconds(1), "Lamp", 7))));

        for (int turn = 0; turn < 3; turn++) {
            Collections.rotate(events, 1);
            Projection figures = Projection.of(events);
            assertEquals(Map.of(LAMP, new Received.Name(LAMP, "New lamp", NOON.plusSeconds(2))), figures.names);
            assertEquals(Map.of(LAMP, Map.of(Measure.UNITS_RESTOCKED, 12L, Measure.LOW_STOCK, 1L)), figures.products);
        }
    }

    @Test
    void neitherTheOrderNorTheBatchesMatter() {
        Random random = new Random(7);
        List<Received> events = new ArrayList<>(
                TestEvent.random(random, List.of(LAMP, TestEvent.id(), TestEvent.id()), 200, NOON).stream()
                        .map(this::read)
                        .toList());
        Projection whole = Projection.of(events);

        for (int round = 0; round < 20; round++) {
            Collections.shuffle(events, random);
            int cut = random.nextInt(events.size());
            Projection first = Projection.of(events.subList(0, cut));
            Projection second = Projection.of(events.subList(cut, events.size()));
            second.minutes.forEach((key, sum) -> first.minutes.merge(key, sum, Sum::plus));
            second.totals.forEach((key, sum) -> first.totals.merge(key, sum, Sum::plus));
            second.revenues.forEach((key, sum) -> first.revenues.merge(key, sum, RevenueSum::plus));
            second.products.forEach((product, units) -> units.forEach((measure, count) -> first.products
                    .computeIfAbsent(product, none -> new EnumMap<>(Measure.class))
                    .merge(measure, count, Long::sum)));

            assertEquals(whole.minutes, first.minutes);
            assertEquals(whole.totals, first.totals);
            assertEquals(whole.revenues, first.revenues);
            assertEquals(whole.products, first.products);
            assertEquals(whole.names, Projection.of(events).names);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "[]",
                "{}",
                "{\"order_id\":\"x\"}",
                "{\"order_id\":",
                "{} {}",
                "{\"order_id\":\"0198c7b2-6f1e-7a10-9d3c-5b1f0c4e2a77\",\"items\":[],\"total\":\"1.001\",\"currency\":\"USD\"}",
                "{\"order_id\":\"0198c7b2-6f1e-7a10-9d3c-5b1f0c4e2a77\",\"items\":[],\"total\":\"1e99\",\"currency\":\"USD\"}",
                "{\"order_id\":\"0198c7b2-6f1e-7a10-9d3c-5b1f0c4e2a77\",\"items\":[],\"total\":\"1e2\",\"currency\":\"USD\"}",
                "{\"order_id\":\"0198c7b2-6f1e-7a10-9d3c-5b1f0c4e2a77\",\"items\":[],\"total\":\"1e500000000\",\"currency\":\"USD\"}",
                "{\"order_id\":\"0198c7b2-6f1e-7a10-9d3c-5b1f0c4e2a77\",\"items\":[],\"total\":\"1e-500000000\",\"currency\":\"USD\"}",
                "{\"order_id\":\"0198c7b2-6f1e-7a10-9d3c-5b1f0c4e2a77\",\"items\":[],\"total\":\"-1\",\"currency\":\"USD\"}",
                "{\"order_id\":\"0198c7b2-6f1e-7a10-9d3c-5b1f0c4e2a77\",\"items\":[],\"total\":\"1\",\"currency\":\"US\"}",
                "{\"order_id\":\"0198c7b2-6f1e-7a10-9d3c-5b1f0c4e2a77\",\"items\":[{}],\"total\":\"1\",\"currency\":\"USD\"}",
            })
    void whatCannotBeCountedIsRefused(String body) {
        TestEvent event = TestEvent.of("order.placed", ORDER.toString(), 1, NOON, body);

        assertThrows(RuntimeException.class, () -> read(event));
    }

    @ParameterizedTest
    @ValueSource(strings = {"order.confirmed", "order.cancelled", "inventory.released", "fraud.cleared"})
    void whatIsOfAnotherOrderThanItsKeyIsRefused(String type) {
        String body = TestEvent.order(ORDER, LAMP, 3, "1.00", "USD", ",\"reason\":\"stock_lost\"");
        read(TestEvent.of(type, ORDER.toString(), 1, NOON, body));

        TestEvent misled = TestEvent.of(type, TestEvent.id().toString(), 1, NOON, body);

        assertThrows(IllegalArgumentException.class, () -> read(misled));
    }

    @Test
    void whatIsOfAnotherProductThanItsKeyIsRefused() {
        TestEvent restocked = TestEvent.restocked(LAMP, 1, NOON, "Lamp", 5);
        TestEvent misled = TestEvent.of(restocked.type(), TestEvent.id().toString(), 1, NOON, restocked.body());

        assertThrows(IllegalArgumentException.class, () -> read(misled));
    }

    private Received read(TestEvent event) {
        return messages.read(event.envelope());
    }
}
