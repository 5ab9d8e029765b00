package dev.orderflow.fraud;

import static dev.orderflow.dev.TestPatience.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orderflow.dev.TestLog;
import dev.orderflow.dev.TestServers;
import dev.orderflow.dev.TestTopic;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** From a record on {@code order.events.v1} to the verdict on {@code fraud.events.v1}. */
@QuarkusTest
@WithTestResource(TestServers.class)
class FraudIT {

    @Inject
    AgroalDataSource database;

    @Inject
    FraudRetention retention;

    private FraudFixture fraud;

    @BeforeEach
    void open() {
        fraud = new FraudFixture(database);
    }

    @AfterEach
    void close() {
        fraud.close();
    }

    @Test
    void clearsAnOrdinaryOrderInTheStoryAndTheTraceOfTheOrder() {
        TestOrder order = fraud.place(TestOrder.of("ordinary", "349.90"));

        var verdict = fraud.awaitVerdict(order);

        assertEquals("fraud.cleared", TestTopic.header(verdict, "ce_type"));
        assertEquals(order.key(), new String(verdict.key(), java.nio.charset.StandardCharsets.UTF_8));
        assertEquals("1", TestTopic.header(verdict, "ce_sequence"));
        assertEquals("/fraud", TestTopic.header(verdict, "ce_source"));
        assertEquals("story-of-" + order.key(), TestTopic.header(verdict, "ce_correlationid"));
        assertTrue(TestTopic.header(verdict, "traceparent").contains(TestOrder.TRACE));
        assertEquals(
                "{\"order_id\":\"%s\",\"customer_id\":\"ordinary\",\"score\":0,\"reasons\":[]}".formatted(order.key()),
                new String(verdict.value(), java.nio.charset.StandardCharsets.UTF_8));
    }

    @Test
    void rejectsAnExtremeAmountAndABlockedCustomerOutright() {
        fraud.execute("insert into blocked_customers (customer_id, reason) values ('eve', 'charged back')");

        TestOrder extreme = fraud.place(TestOrder.of("rich", "10000.00"));
        TestOrder blocked = fraud.place(TestOrder.of("eve", "1.00"));
        TestOrder configured = fraud.place(TestOrder.of("mallory", "1.00"));

        assertEquals(List.of("amount_extreme", "first_order_high"), fraud.awaitReasons(extreme));
        assertEquals(List.of("customer_blocked"), fraud.awaitReasons(blocked));
        assertEquals(List.of("customer_blocked"), fraud.awaitReasons(configured));
        for (TestOrder order : List.of(extreme, blocked, configured)) {
            assertEquals(List.of("fraud.rejected"), fraud.typesOf(order));
        }
    }

    @Test
    void whatIsBetweenIsReviewedOnlyInCombination() {
        TestOrder before = fraud.place(TestOrder.of("known", "20.00"));
        fraud.confirm(before);
        fraud.awaitState(before, "confirmed");

        TestOrder ofKnown = fraud.place(TestOrder.of("known", "5000.00"));
        TestOrder ofNew = fraud.place(TestOrder.of("new", "5000.00"));

        assertEquals(List.of("amount_high"), fraud.awaitReasons(ofKnown));
        assertEquals(List.of("fraud.cleared"), fraud.typesOf(ofKnown));
        assertEquals(List.of("amount_high", "first_order_high"), fraud.awaitReasons(ofNew));
        assertEquals(List.of("fraud.review_requested"), fraud.typesOf(ofNew));
    }

    @Test
    void aCustomerWhoOrdersTwentyTimesAMinuteIsStillFine() {
        Instant noon = Instant.parse("2026-03-02T12:00:00Z");
        List<TestOrder> orders = IntStream.rangeClosed(1, 22)
                .mapToObj(second -> fraud.place(TestOrder.of("hasty", "9.99").at(noon.plusSeconds(second))))
                .toList();
        orders.forEach(fraud::awaitVerdict);

        // The orders are on different partitions: which is assessed when is open, but not how many are too many.
        long tooMany = orders.stream()
                .filter(order -> fraud.awaitReasons(order).equals(List.of("velocity_high")))
                .count();
        assertTrue(tooMany <= 2, tooMany + " of 22");
        TestOrder next = fraud.place(TestOrder.of("hasty", "9.99").at(noon.plusSeconds(23)));
        assertEquals(List.of("velocity_high"), fraud.awaitReasons(next));
        TestOrder later = fraud.place(TestOrder.of("hasty", "9.99").at(noon.plusSeconds(90)));
        assertEquals(List.of(""), fraud.awaitReasons(later));
        assertEquals(List.of("fraud.cleared"), fraud.typesOf(next));
    }

    @Test
    void countsTheCustomersOnAContact() {
        String contact = "ab".repeat(32);
        for (int customer = 1; customer <= 4; customer++) {
            assertEquals(
                    List.of(""),
                    fraud.awaitReasons(
                            fraud.place(TestOrder.of("sock-" + customer, "9.99").withContact(contact))));
        }

        TestOrder fifth = fraud.place(TestOrder.of("sock-5", "9.99").withContact(contact));
        assertEquals(List.of("contact_shared"), fraud.awaitReasons(fifth));
        TestOrder ninth = fraud.place(TestOrder.of("sock-9", "9.99").withContact(contact));
        assertEquals(List.of("contact_shared"), fraud.awaitReasons(ninth));
        assertEquals(
                List.of("5"),
                fraud.query("select count(*) from contact_customers where contact_ref = '" + contact + "'"),
                "more rows than the rule can tell apart");
    }

    @Test
    void knowsWhatACustomerUsuallyBuys() {
        for (int i = 0; i < 5; i++) {
            TestOrder order = fraud.place(TestOrder.of("steady", "9.99").withQuantity(2));
            fraud.confirm(order);
            fraud.awaitState(order, "confirmed");
        }

        TestOrder ten = fraud.place(TestOrder.of("steady", "9.99").withQuantity(20));
        TestOrder more = fraud.place(TestOrder.of("steady", "9.99").withQuantity(21));

        assertEquals(List.of(""), fraud.awaitReasons(ten));
        assertEquals(List.of("quantity_unusual"), fraud.awaitReasons(more));
        assertEquals(
                List.of("5 10 0"),
                fraud.query("select confirmed_orders, confirmed_units, cancelled_orders from customers "
                        + "where customer_id = 'steady'"));
    }

    @Test
    void secondDeliveryChangesNothing() {
        TestOrder order = TestOrder.of("twice", "9.99");
        Map<String, String> placed = order.headers("order.placed", 1);
        Map<String, String> confirmed = order.headers("order.confirmed", 2);
        for (int delivery = 0; delivery < 2; delivery++) {
            fraud.orders.send(order.key(), placed, order.body());
            fraud.orders.send(order.key(), confirmed, order.body());
            // The same fact under another id, as no publisher of ours would send it.
            fraud.orders.send(order.key(), order.headers("order.placed", 1), order.body());
            fraud.orders.send(order.key(), order.headers("order.confirmed", 2), order.body());
        }
        fraud.awaitEverythingBefore();

        assertEquals(List.of("fraud.cleared"), fraud.typesOf(order));
        assertEquals(
                List.of("0"),
                fraud.query(
                        "select count(*) from parked where convert_from(record_key, 'UTF8') = '" + order.key() + "'"));
        assertEquals(
                List.of("1 1 0"),
                fraud.query("select confirmed_orders, confirmed_units, cancelled_orders from customers "
                        + "where customer_id = 'twice'"));
    }

    /** Orders that are assessed in one transaction are told of in lines of their own. */
    @Test
    void eachLineOfTheLogNamesTheStoryOfItsOrder() {
        List<TestOrder> orders = IntStream.range(0, 20)
                .mapToObj(i -> TestOrder.of("logged-" + TestOrder.id(), "10.00"))
                .toList();
        try (TestLog log = new TestLog("dev.orderflow.fraud")) {
            orders.forEach(fraud::place);
            orders.forEach(fraud::awaitVerdict);

            for (TestOrder order : orders) {
                TestLog.Line line =
                        await().until(() -> log.about("assessed: orderId=" + order.key()), Objects::nonNull);
                assertEquals("story-of-" + order.key(), line.story());
            }
        }
    }

    @Test
    void aReplayOfTheWholeTopicChangesNothing() {
        String contact = "cd".repeat(32);
        for (int i = 0; i < 60; i++) {
            TestOrder order = fraud.place(TestOrder.of("replayed-" + i % 7, i + ".00")
                    .withContact(contact)
                    .at(Instant.parse("2026-03-03T12:00:00Z").plusSeconds(i)));
            if (i % 3 == 0) {
                fraud.confirm(order);
            } else if (i % 3 == 1) {
                fraud.cancel(order);
            }
        }
        fraud.awaitEverythingBefore();
        String everything = "select c::text from customers c where customer_id not like 'last-%' "
                + "union all select a::text from assessments a where customer_id not like 'last-%' order by 1";
        List<String> before = fraud.query(everything);
        long published = fraud.verdicts.records().size();

        fraud.orders.replay();
        fraud.awaitEverythingBefore();

        assertEquals(before, fraud.query(everything));
        assertEquals(
                published + fraud.orders.partitions(), fraud.verdicts.records().size());
    }

    @Test
    void aBacklogOfManyCustomersIsAssessedOrderByOrder() {
        List<TestOrder> orders = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            String total = i % 10 == 9 ? "12345.67" : "12.34";
            orders.add(fraud.place(TestOrder.of("many-" + i % 400, total)
                    .at(Instant.parse("2026-03-04T12:00:00Z").plusSeconds(i))));
        }

        await().until(() -> fraud.query("select count(*) from assessments where customer_id like 'many-%'")
                .equals(List.of("2000")));
        assertEquals(
                List.of("cleared 1800", "rejected 200"),
                fraud.query("select verdict, count(*) from assessments where customer_id like 'many-%' "
                        + "group by 1 order by 1"));
        await().until(() -> fraud.query("select count(*) from outbox").equals(List.of("0")));
        assertEquals(List.of("fraud.rejected"), fraud.typesOf(orders.get(9)));
        assertEquals(List.of("fraud.cleared"), fraud.typesOf(orders.get(10)));
    }

    @Test
    void parksWhatCannotBeAssessedAndGoesOn() {
        List<TestOrder> bad = new ArrayList<>();
        for (String body : List.of(
                "{\"order_id\":",
                "[]",
                "{}",
                body("\"total\":\"1.00\"", "\"total\":1e400"),
                body("\"total\":\"1.00\"", "\"total\":\"1.001\""),
                body("\"total\":\"1.00\"", "\"total\":\"-1.00\""),
                body("\"total\":\"1.00\"", "\"total\":\"1e500000000\""),
                body("\"currency\":\"USD\"", "\"currency\":\"ABCD\""),
                body("\"quantity\":1", "\"quantity\":0"),
                body("\"quantity\":1", "\"quantity\":1.5"),
                body("\"customer_id\":\"poison\"", "\"customer_id\":\"poi\\u0000son\""),
                body("\"order_id\":\"", "\"order_id\":\"0198c7b1-20aa-7c41-8f62-0a9be17d4c05\",\"x\":\""))) {
            TestOrder order = TestOrder.of("poison", "1.00");
            bad.add(order);
            fraud.orders.send(
                    order.key(), order.headers("order.placed", 1), TestTopic.bytes(body.replace("KEY", order.key())));
        }
        TestOrder withoutBody = TestOrder.of("poison", "1.00");
        bad.add(withoutBody);
        fraud.orders.send(withoutBody.key(), withoutBody.headers("order.placed", 1), (byte[]) null);
        fraud.confirm(withoutBody); // of the same key, so it has to wait behind
        TestOrder good = fraud.place(TestOrder.of("poison", "1.00"));
        fraud.awaitEverythingBefore();

        assertEquals(List.of("fraud.cleared"), fraud.typesOf(good));
        for (TestOrder order : bad) {
            String parked =
                    "select count(*) from parked where convert_from(record_key, 'UTF8') = '" + order.key() + "'";
            assertEquals(List.of(order.equals(withoutBody) ? "2" : "1"), fraud.query(parked), order.toString());
            assertEquals(List.of(), fraud.typesOf(order));
        }
    }

    @Test
    void ignoresWhatItDoesNotKnow() {
        TestOrder unknown = TestOrder.of("unknown", "1.00");
        long parked = Long.parseLong(fraud.query("select count(*) from parked").getFirst());
        fraud.orders.send(unknown.key(), unknown.headers("order.painted", 1), unknown.body());
        fraud.confirm(unknown);
        fraud.cancel(unknown);
        fraud.awaitEverythingBefore();

        assertEquals(List.of(), fraud.query("select * from customers where customer_id = 'unknown'"));
        assertEquals(List.of(), fraud.query("select * from assessments where customer_id = 'unknown'"));
        assertEquals(List.of(Long.toString(parked)), fraud.query("select count(*) from parked"));
    }

    @Test
    void forgetsWhatIsPastItsTime() {
        TestOrder old = fraud.place(TestOrder.of("old", "1.00").withContact("ef".repeat(32)));
        TestOrder waiting = fraud.place(TestOrder.of("old", "6000.00"));
        TestOrder young = fraud.place(TestOrder.of("young", "1.00"));
        for (TestOrder order : List.of(old, waiting, young)) {
            fraud.awaitVerdict(order);
        }
        fraud.execute("update assessments set assessed_at = now() - interval '401 days' where customer_id = 'old'");
        fraud.execute(
                "update contact_customers set last_seen_at = now() - interval '91 days' where customer_id = 'old'");
        fraud.execute("update customers set last_order_at = now() - interval '801 days' where customer_id = 'old'");

        retention.sweep().await().atMost(Duration.ofSeconds(10));

        assertEquals(List.of(waiting.key()), fraud.query("select order_id from assessments where customer_id = 'old'"));
        assertEquals(List.of(young.key()), fraud.query("select order_id from assessments where customer_id = 'young'"));
        assertEquals(List.of(), fraud.query("select 1 from contact_customers where customer_id = 'old'"));
        assertEquals(
                List.of("young"),
                fraud.query("select customer_id from customers where customer_id in ('old', 'young')"));
    }

    /** A valid body but for one part. */
    private static String body(String valid, String invalid) {
        String body = "{\"order_id\":\"KEY\",\"customer_id\":\"poison\",\"items\":[{\"quantity\":1}],"
                + "\"total\":\"1.00\",\"currency\":\"USD\"}";
        assertTrue(body.contains(valid), valid);
        return body.replace(valid, invalid);
    }
}
