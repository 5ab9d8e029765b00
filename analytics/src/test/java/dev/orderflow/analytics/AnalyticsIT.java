package dev.orderflow.analytics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.orderflow.dev.TestServers;
import dev.orderflow.dev.TestTopic;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** From records on all topics to the log and the figures. */
@QuarkusTest
@WithTestResource(TestServers.class)
class AnalyticsIT {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    /** The figures once more, from the bodies of the log alone, in SQL: written without a look at the Java. */
    private static final Map<String, String> RECOMPUTED = Map.of(
            "select event_type, detail, events, amount from totals",
            """
            select event_type, %1$s, count(*), coalesce(sum(%2$s), 0) from log group by 1, 2""".formatted(detail(), amount("body ->> 'total'")),
            "select minute, event_type, detail, events, amount from minutes",
            """
            select date_trunc('minute', occurred_at), event_type, %1$s, count(*), coalesce(sum(%2$s), 0)
            from log group by 1, 2, 3""".formatted(detail(), amount("body ->> 'total'")),
            """
            select product_id, units_ordered, units_confirmed, units_cancelled, units_reserved, units_committed,
                units_released, units_lost, units_restocked, low_stock from products""",
            """
            select product_id, %s,
                coalesce(sum(quantity) filter (where event_type = 'inventory.restocked'), 0),
                count(*) filter (where event_type = 'inventory.low_stock')
            from lines group by 1""".formatted(String.join(
                    ", ",
                    Stream.of(
                                    "order.placed",
                                    "order.confirmed",
                                    "order.cancelled",
                                    "inventory.reserved",
                                    "inventory.committed",
                                    "inventory.released",
                                    "inventory.reservation_lost")
                            .map(type -> "coalesce(sum(quantity) filter (where event_type = '" + type + "'), 0)")
                            .toList())),
            "select product_id, name from products where name <> ''",
            """
            select distinct on (body ->> 'product_id') body ->> 'product_id', body ->> 'name'
            from log where body ? 'name' order by body ->> 'product_id', occurred_at desc, body ->> 'name' collate "C" desc""",
            "select product_id, currency, ordered, confirmed from product_revenues",
            """
            select product_id, currency, coalesce(sum(price * quantity) filter (where event_type = 'order.placed'), 0),
                coalesce(sum(price * quantity) filter (where event_type = 'order.confirmed'), 0)
            from lines where event_type in ('order.placed', 'order.confirmed') group by 1, 2""");

    @Inject
    AgroalDataSource database;

    @Inject
    AnalyticsRetention retention;

    private AnalyticsFixture analytics;

    @BeforeEach
    void open() {
        analytics = new AnalyticsFixture(database);
    }

    @AfterEach
    void close() {
        analytics.close();
    }

    @Test
    void theFiguresAreWhatTheLogSaysAndDuplicatesAndAReplayChangeNothing() {
        Random random = new Random(11);
        List<UUID> products = Stream.generate(TestEvent::id).limit(12).toList();
        Instant start = Instant.parse("2026-06-01T12:00:00Z"); // a time that no other test's events are of
        List<TestEvent> events = TestEvent.random(random, products, 300, start);
        analytics.send(events);
        for (int i = 0; i < 100; i++) {
            analytics.send(events.get(random.nextInt(events.size())));
        }
        analytics.awaitEverythingBefore();

        assertFiguresAreThoseOfTheLog();
        assertEquals(
                List.of(Integer.toString(events.size())),
                analytics.query(
                        "select count(distinct event_id) from events where occurred_at between '2026-06-01' and '2026-06-02'"));
        List<String> before = everything();

        analytics.topics.values().forEach(TestTopic::replay);
        analytics.awaitEverythingBefore();

        assertEquals(before, everything());
        assertFiguresAreThoseOfTheLog();
    }

    @Test
    void keepsEveryEventAsItCame() {
        UUID order = TestEvent.id();
        String body =
                "{ \"total\" : \"1.00\",\"b\":\"\\u0000\", \"a\":[1.50] ,\"order_id\":\"%s\",\"items\":[],\"currency\":\"USD\"}"
                        .formatted(order);
        TestEvent placed = TestEvent.of("order.placed", order.toString(), 1, NOON.plusNanos(1000), body);
        analytics.send(placed);
        analytics.awaitEverythingBefore();

        assertEquals(
                List.of("order.placed 1.0 /order %s 1 t story-of-%s 00-0af7651916cd43dd8448eb211c80319c %s"
                        .formatted(order, order, body)),
                analytics.query("select event_type, event_version, source, aggregate_id, sequence, "
                        + "occurred_at = '2026-03-01T12:00:00.000001Z', correlation_id, left(traceparent, 35), body "
                        + "from events where order_id = '" + order + "'"));
    }

    @Test
    void parksWhatCannotBeCountedAndGoesOn() {
        List<String> subjects = new ArrayList<>();
        UUID each = new UUID(0, 0); // stands for that of each event
        for (String body : List.of(
                "{\"order_id\":",
                "[]",
                "null",
                "{}",
                TestEvent.order(TestEvent.id(), TestEvent.id(), 1, "1.00", "USD", ""), // of another order
                TestEvent.order(each, TestEvent.id(), 1, "1.001", "USD", ""),
                TestEvent.order(each, TestEvent.id(), 1, "1.00", "ABCD", ""),
                TestEvent.order(each, TestEvent.id(), Long.MAX_VALUE, "1.00", "USD", ""))) {
            String order = TestEvent.id().toString();
            TestEvent event = TestEvent.of("order.placed", order, 1, NOON, body.replace(each.toString(), order));
            subjects.add(event.subject());
            analytics.send(event);
        }
        UUID nul = TestEvent.id();
        subjects.add(nul.toString());
        analytics.send(TestEvent.restocked(nul, 1, NOON, "La\\u0000mp", 5));
        TestEvent without = TestEvent.of("fraud.cleared", TestEvent.id().toString(), 1, NOON, "{}");
        Map<String, String> headers = new HashMap<>(without.headers());
        headers.put("ce_id", "nonsense");
        analytics.topic("fraud.events.v1").send(without.subject(), headers, TestTopic.bytes("{}"));
        subjects.add(without.subject());
        UUID good = TestEvent.id();
        analytics.send(TestEvent.of(
                "order.placed", good.toString(), 1, NOON, TestEvent.order(good, TestEvent.id(), 1, "1.00", "USD", "")));
        analytics.awaitEverythingBefore();

        for (String subject : subjects) {
            assertEquals(
                    List.of("1"),
                    analytics.query(
                            "select count(*) from parked where convert_from(record_key, 'UTF8') = '" + subject + "'"),
                    subject);
            assertEquals(List.of(), analytics.query("select id from events where aggregate_id = '" + subject + "'"));
        }
        assertEquals(List.of("1"), analytics.query("select count(*) from events where order_id = '" + good + "'"));
        assertFiguresAreThoseOfTheLog();
    }

    @Test
    void ignoresTypesThatItDoesNotKnow() {
        TestEvent painted = TestEvent.of("order.painted", TestEvent.id().toString(), 1, NOON, "{}");
        analytics.send(painted);
        analytics.awaitEverythingBefore();

        assertEquals(
                List.of("0"),
                analytics.query("select count(*) from parked where convert_from(record_key, 'UTF8') = '"
                        + painted.subject() + "'"));
        assertEquals(
                List.of(), analytics.query("select id from events where aggregate_id = '" + painted.subject() + "'"));
    }

    @Test
    void dropsTheLogByDaysAndOldMinutes() {
        analytics.execute(
                "create table events_20200102 partition of events for values from ('2020-01-02') to ('2020-01-03')");
        String row =
                "insert into events (received_on, event_id, event_type, event_version, source, aggregate_id, sequence, "
                        + "occurred_at, received_at, correlation_id, body) values ('%s', gen_random_uuid(), 'order.painted', '1.0', "
                        + "'/order', 'retention', 1, now(), now(), 'story', '{}')";
        for (String day : List.of("2020-01-02", "2020-02-02")) {
            analytics.execute(row.formatted(day));
        }
        analytics.execute("insert into minutes values ('1900-01-02T00:00:00Z', 'order.painted', '', 1, 0)");
        analytics.execute("insert into minutes values (now(), 'order.painted', '', 1, 0)");

        retention.sweep().await().atMost(Duration.ofSeconds(20));

        assertEquals(List.of(), analytics.query("select id from events where aggregate_id = 'retention'"));
        assertEquals(List.of("null"), analytics.query("select to_regclass('events_20200102')"));
        assertFalse(analytics
                .query("select to_regclass('events_' || to_char((now() at time zone 'UTC')::date + 2, 'YYYYMMDD'))")
                .contains("null"));
        assertEquals(List.of("1"), analytics.query("select count(*) from minutes where event_type = 'order.painted'"));
        analytics.execute("delete from minutes where event_type = 'order.painted'");
    }

    private void assertFiguresAreThoseOfTheLog() {
        String log = """
                with log as (select event_type, occurred_at, replace(body, '\\u0000', '')::jsonb as body from events),
                    lines as (
                        select event_type, (item ->> 'product_id')::uuid as product_id,
                            (item ->> 'quantity')::bigint as quantity, body ->> 'currency' as currency, %s as price
                        from log, jsonb_array_elements(body -> 'items') item
                        union all
                        select event_type, (body ->> 'product_id')::uuid, (body ->> 'quantity')::bigint, null, null
                        from log where body ? 'product_id')
                """.formatted(amount("item ->> 'price'"));
        RECOMPUTED.forEach((kept, recomputed) -> {
            String sorted = "select row(r.*)::text from (%s) r order by 1";
            List<String> expected = analytics.query(log + sorted.formatted(recomputed));
            assertEquals(expected, analytics.query(sorted.formatted(kept)), kept);
        });
    }

    private static String detail() {
        return "case when event_type in ('order.placed', 'order.confirmed') then body ->> 'currency' "
                + "when event_type in ('order.cancelled', 'notification.failed') then body ->> 'reason' else '' end";
    }

    /** In minor units: all currencies here have two digits but the yen. */
    private static String amount(String decimal) {
        return "(case when event_type in ('order.placed', 'order.confirmed') then (" + decimal + ")::numeric "
                + "* (case body ->> 'currency' when 'JPY' then 1 else 100 end) else 0 end)::numeric(38, 0)";
    }

    /** All rows but those of the events that mark the ends of the partitions. */
    private List<String> everything() {
        return analytics.query(
                "select event_id::text || event_type from events where occurred_at >= '2021-01-01' "
                        + "union all select m::text from minutes m where minute >= '2021-01-01' "
                        + "union all select p::text from products p union all select r::text from product_revenues r order by 1");
    }
}
