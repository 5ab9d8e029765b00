package dev.orderflow.notification;

import static dev.orderflow.dev.TestPatience.await;
import static dev.orderflow.notification.NotificationFixture.content;
import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orderflow.dev.TestServers;
import dev.orderflow.dev.TestTopic;
import dev.orderflow.notification.NotificationFixture.TestOrder;
import dev.orderflow.notification.Outside.FromOutside;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.mail.internet.MimeMessage;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real records in, real mail out. */
@QuarkusTest
@WithTestResource(TestServers.class)
@WithTestResource(Outside.class)
class NotificationIT {

    private static final String CUT_WHO_WAITS = "select pg_terminate_backend(pid) from pg_stat_activity"
            + " where datname = current_database() and wait_event_type = 'Lock' and query like '%update notification%'";

    @FromOutside
    @SuppressWarnings("NullAway.Init")
    Outside outside;

    @Inject
    AgroalDataSource database;

    @Inject
    NotificationService service;

    @Inject
    Delivery delivery;

    @Inject
    Stories stories;

    @Inject
    NotificationConfig config;

    @ConfigProperty(name = "quarkus.management.test-port")
    int managementPort;

    @ConfigProperty(name = "quarkus.mailer.max-pool-size")
    int poolSize;

    private NotificationFixture fixture;

    @BeforeEach
    void connect() {
        fixture = new NotificationFixture(database, outside);
    }

    @AfterEach
    void disconnect() {
        fixture.close();
    }

    @Test
    void tellsTheCustomerOfEachState() {
        TestOrder order = fixture.order();

        fixture.place(order);
        fixture.confirm(order);

        List<MimeMessage> mails = fixture.awaitMails(order, 2);
        assertEquals(
                List.of("We have received your order " + order.id(), "Your order " + order.id() + " is confirmed"),
                mails.stream().map(mail -> Outside.header(mail, "Subject")).toList());
        MimeMessage placed = mails.getFirst();
        assertEquals("orderflow <orders@orderflow.example>", Outside.header(placed, "From"));
        assertEquals("auto-generated", Outside.header(placed, "Auto-Submitted"));
        for (String type : List.of("text/plain", "text/html")) {
            String content = content(placed, type);
            Stream.of("received your order", order.id(), "0198c7b1-20aa-7c41-8f62-0a9be17d4c05", "$699.99", "$1,399.98")
                    .forEach(part -> assertTrue(content.contains(part), content));
        }
        assertTrue(content(placed, "text/plain").contains("2 x 0198c7b1"), content(placed, "text/plain"));
    }

    @Test
    void saysWhyAnOrderIsCancelled() {
        Map<String, String> reasons = Map.of(
                "customer_request", "as you asked",
                "stock_lost", "cannot deliver all of it",
                "deadline_passed", "in time",
                "fraud_rejected", "could not accept",
                "something_new", "could not accept");
        reasons.forEach((reason, text) -> {
            TestOrder order = fixture.order();

            fixture.cancel(order, reason);

            MimeMessage mail = fixture.awaitMails(order, 1).getFirst();
            assertTrue(content(mail, "text/plain").contains(text), reason);
            assertTrue(content(mail, "text/html").contains(text), reason);
        });
    }

    @Test
    void publishesWhatWasSentWithinItsStory() {
        TestOrder order = fixture.order();

        fixture.place(order);

        var event = fixture.awaitEvents(order, 1).getFirst();
        Map<String, String> headers = TestTopic.headers(event);
        assertEquals("notification.sent", headers.get("ce_type"));
        assertEquals("1", headers.get("ce_sequence"));
        assertEquals("story-of-" + order.id(), headers.get("ce_correlationid"));
        assertEquals(
                fixture.query("select causation_id from notification where order_id = '" + order.id() + "'"),
                List.of(headers.getOrDefault("ce_causationid", "")));
        assertEquals(
                TestEvents.traceparent(order.id()).substring(0, 35),
                headers.getOrDefault("traceparent", "").substring(0, 35));
        assertFalse(NotificationFixture.body(event).contains("anna"), "personal data");
    }

    @Test
    void asksForTheAddressWithinTheStoryOfTheOrder() {
        TestOrder order = fixture.order();

        fixture.place(order);

        fixture.awaitMails(order, 1);
        assertEquals("story-of-" + order.id(), outside.storyOf(order.id()));
    }

    @Test
    void storesTheAddressOnlyMasked() {
        TestOrder order = fixture.order();

        fixture.place(order);

        fixture.awaitDelivery(order, "placed", "sent");
        assertEquals(
                List.of("a***@example.com"),
                fixture.query("select recipient from notification where order_id = '" + order.id() + "'"));
    }

    @Test
    void repetitionsAndReplaysSendNothingMore() {
        TestOrder order = fixture.order();
        Map<String, String> headers = TestEvents.headers("order.placed", order.id());
        fixture.orders.send(order.id(), headers, TestEvents.order(order.id()));
        fixture.orders.send(order.id(), headers, TestEvents.order(order.id()));
        fixture.place(order); // another event about the same state
        fixture.awaitMails(order, 1);

        fixture.orders.replay();

        fixture.awaitEverythingBefore();
        assertEquals(1, outside.mailsTo(order.email()).size());
        assertEquals(1, fixture.eventsOf(order).size());
    }

    @Test
    void mailWaitsForTheMailServerAndNothingElseDoes() {
        TestOrder order = fixture.order();
        outside.stopMailServer();
        try {
            fixture.place(order);
            fixture.awaitAttempts(order, 3);
            fixture.confirm(order);

            given().port(managementPort).get("/q/health/ready").then().statusCode(200);
            fixture.awaitDelivery(order, "placed", "waiting");
            fixture.awaitDelivery(order, "confirmed", "waiting");
            // The first is due later than the second; whoever works on it just now has lost it.
            fixture.execute("update notification set attempt = attempt + 1, due_at = clock_timestamp() + interval '3 s'"
                    + " where occasion = 'placed' and order_id = '" + order.id() + "'");
        } finally {
            outside.startMailServer();
        }
        // In their order nevertheless.
        assertEquals(
                List.of("We have received your order " + order.id(), "Your order " + order.id() + " is confirmed"),
                fixture.awaitMails(order, 2).stream()
                        .map(mail -> Outside.header(mail, "Subject"))
                        .toList());
        fixture.awaitDelivery(order, "confirmed", "sent");
    }

    /** More messages than the mailer has connections, all of which stay open and silent for good. */
    @Test
    void aMailServerThatSaysNothingDelaysMailUntilOneSpeaks() {
        List<TestOrder> orders =
                IntStream.range(0, poolSize + 5).mapToObj(i -> fixture.order()).toList();
        outside.stopMailServer();
        try (SilentMailServer silent = new SilentMailServer(outside.smtpPort())) {
            orders.forEach(fixture::place);
            await().until(() -> silent.connections() >= poolSize);
            given().port(managementPort).get("/q/health/ready").then().statusCode(200);

            silent.giveUpPort();
            outside.startMailServer();

            orders.forEach(order -> fixture.awaitDelivery(order, "placed", "sent"));
        }
    }

    @Test
    void mailWaitsForTheOrderService() {
        TestOrder order = fixture.order();
        outside.stopOrderService();
        try {
            fixture.place(order);
            fixture.awaitAttempts(order, 3);
            given().port(managementPort).get("/q/health/ready").then().statusCode(200);
        } finally {
            outside.startOrderService();
        }
        fixture.awaitMails(order, 1);
        fixture.awaitDelivery(order, "placed", "sent");
    }

    @Test
    void aCrashBetweenSendingAndMarkingRepeatsTheSameMessage() throws Exception {
        TestOrder order = fixture.order();
        AtomicBoolean first = new AtomicBoolean(true);
        try (Connection blocker = database.getConnection()) {
            blocker.setAutoCommit(false);
            // The mail server holds the row when it has the message, so that it cannot be marked as sent …
            outside.beforeDelivery(address -> {
                if (address.equals(order.email()) && first.getAndSet(false)) {
                    lock(blocker, order);
                }
            });
            fixture.place(order);
            // … and then the connection that waits for it is cut.
            await().until(() -> fixture.query(CUT_WHO_WAITS), List.of("t")::equals);
            blocker.rollback();
        }

        List<MimeMessage> mails = fixture.awaitMails(order, 2);
        fixture.awaitDelivery(order, "placed", "sent");
        assertEquals(
                1,
                mails.stream()
                        .map(mail -> Outside.header(mail, "Message-ID"))
                        .distinct()
                        .count());
        assertEquals(1, fixture.awaitEvents(order, 1).size());
    }

    private static void lock(Connection connection, TestOrder order) {
        try (var statement = connection.createStatement()) {
            statement.execute("select from notification where order_id = '" + order.id() + "' for update");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void sendersAtTheSameTimeSendOnce() throws Exception {
        List<TestOrder> orders =
                IntStream.range(0, 60).mapToObj(i -> fixture.order()).toList();
        outside.stopMailServer();
        try {
            orders.forEach(fixture::place);
            orders.forEach(order -> fixture.awaitAttempts(order, 1));
        } finally {
            outside.startMailServer();
        }
        NotificationSender second = new NotificationSender(service, delivery, stories, config);
        NotificationSender third = new NotificationSender(service, delivery, stories, config);

        for (int i = 0; i < 10; i++) {
            CompletableFuture.allOf(
                            second.sweep().subscribeAsCompletionStage(),
                            third.sweep().subscribeAsCompletionStage())
                    .get(20, TimeUnit.SECONDS);
        }

        orders.forEach(order -> fixture.awaitDelivery(order, "placed", "sent"));
        orders.forEach(order -> assertEquals(1, outside.mailsTo(order.email()).size()));
    }

    /** A replica that is slow with its batch holds up nobody else. */
    @Test
    void aSenderPassesOverWhatAnotherIsClaiming() throws Exception {
        TestOrder held = fixture.order();
        TestOrder free = fixture.order();
        try (Connection other = database.getConnection()) {
            other.setAutoCommit(false);
            outside.stopMailServer();
            try {
                fixture.place(held);
                fixture.awaitAttempts(held, 1);
                lock(other, held);
            } finally {
                outside.startMailServer();
            }

            fixture.place(free);

            fixture.awaitMails(free, 1);
            fixture.awaitDelivery(held, "placed", "waiting");
            other.rollback();
        }
        fixture.awaitMails(held, 1);
    }

    @Test
    void skipsCustomersWithoutAddress() {
        TestOrder order = fixture.order();
        outside.knowWithoutContact(order.id());

        fixture.place(order);

        fixture.awaitDelivery(order, "placed", "skipped no_contact");
        fixture.awaitEverythingBefore();
        assertEquals(List.of(), fixture.eventsOf(order));
    }

    @Test
    void skipsOrdersThatNobodyKnows() {
        TestOrder order = new TestOrder(TestEvents.id().toString(), "nobody@example.com");

        fixture.place(order);

        fixture.awaitDelivery(order, "placed", "skipped unknown_order");
    }

    @Test
    void failsWhenTheAddressIsNone() {
        TestOrder order = fixture.order("not an address");

        fixture.place(order);

        fixture.awaitDelivery(order, "placed", "failed invalid_address");
        var event = fixture.awaitEvents(order, 1).getFirst();
        assertEquals("notification.failed", TestTopic.headers(event).get("ce_type"));
        assertTrue(NotificationFixture.body(event).contains("\"reason\":\"invalid_address\""));
    }

    @ParameterizedTest
    @CsvSource({"RCPT, 550 5.1.1 unknown", "DATA, 554 5.6.0 not this"})
    void failsWhenTheMailServerRefusesTheRecipientOrTheMessage(String command, String reply) {
        TestOrder order = fixture.order();
        whileMailServerSays(command, reply, () -> {
            fixture.place(order);

            fixture.awaitDelivery(order, "placed", "failed rejected");
        });
        assertEquals(
                "notification.failed",
                TestTopic.headers(fixture.awaitEvents(order, 1).getFirst()).get("ce_type"));
    }

    /** A server that is busy, or that refuses us and not the message: an operator mends that, and no mail is lost. */
    @ParameterizedTest
    @CsvSource({
        "RCPT, 451 4.7.1 try later",
        RefusingMailServer.GREETING + ", 554 5.7.1 you are blocked",
        "MAIL, 550 5.7.1 sender refused",
        "MAIL, 553 5.1.8 sender domain unknown",
    })
    void triesAgainWhenTheMailServerIsBusyOrRefusesUs(String command, String reply) {
        TestOrder order = fixture.order();
        whileMailServerSays(command, reply, () -> {
            fixture.place(order);

            fixture.awaitAttempts(order, 2);
        });
        fixture.awaitMails(order, 1);
        fixture.awaitDelivery(order, "placed", "sent");
    }

    private void whileMailServerSays(String command, String reply, Runnable action) {
        outside.stopMailServer();
        RefusingMailServer refusing = new RefusingMailServer(outside.smtpPort(), command, reply);
        try {
            action.run();
        } finally {
            refusing.close();
            outside.startMailServer();
        }
    }

    @Test
    void givesUpWhatIsTooOld() {
        TestOrder order = fixture.order();
        outside.stopMailServer();
        try {
            fixture.place(order);
            fixture.awaitAttempts(order, 1);

            fixture.execute("update notification set created_at = created_at - interval '3 days' where order_id = '"
                    + order.id() + "'");

            fixture.awaitDelivery(order, "placed", "failed gave_up");
        } finally {
            outside.startMailServer();
        }
    }

    @Test
    void parksWhatCannotBeReadAndGoesOn() {
        String poisoned = TestEvents.id().toString();
        fixture.orders.send(poisoned, TestEvents.headers("order.placed", poisoned), "not JSON");
        // Amounts that would fill the memory when they are written out.
        String huge = TestEvents.id().toString();
        String tiny = TestEvents.id().toString();
        for (var total : Map.of(huge, "1e500000000", tiny, "1e-500000000").entrySet()) {
            fixture.orders.send(
                    total.getKey(),
                    TestEvents.headers("order.cancelled", total.getKey()),
                    TestEvents.cancelled(total.getKey(), "customer_request").replace("1399.98", total.getValue()));
        }
        String nul = TestEvents.id().toString();
        fixture.stock.send(nul, TestEvents.headers("inventory.low_stock", nul), "{\"product_id\": \"" + nul + "\"}");
        TestOrder order = fixture.order();
        String other = TestEvents.id().toString();
        fixture.orders.send(other, TestEvents.headers("order.confirmed", other), TestEvents.order(order.id()));
        fixture.place(order);

        fixture.awaitMails(order, 1);

        await().until(
                        () -> fixture.query("select count(*) from parked where record_key in ('"
                                + String.join("', '", poisoned, nul, huge, tiny, other) + "')"),
                        List.of("5")::equals);
        assertEquals(
                List.of("placed"),
                fixture.query("select occasion from notification where order_id = '" + order.id() + "'"));
    }

    @Test
    void ignoresEventsThatItDoesNotKnow() {
        TestOrder order = fixture.order();
        fixture.orders.send(order.id(), TestEvents.headers("order.packed", order.id()), TestEvents.order(order.id()));

        fixture.confirm(order);

        fixture.awaitMails(order, 1);
        assertEquals(List.of(), fixture.query("select id from parked where record_key = '" + order.id() + "'"));
        assertEquals(
                List.of("confirmed"),
                fixture.query("select occasion from notification where order_id = '" + order.id() + "'"));
    }

    @Test
    void toleratesFieldsThatItDoesNotKnow() {
        TestOrder order = fixture.order();
        fixture.orders.send(
                order.id(),
                TestEvents.headers("order.placed", order.id()),
                TestEvents.order(order.id()).replace("\"currency\"", "\"gift\": {\"wrapped\": true}, \"currency\""));

        fixture.awaitMails(order, 1);
    }

    @Test
    void warnsTheOperatorOfLowStock() {
        String product = TestEvents.id().toString();
        String name = "<script>alert('lamp')</script> & more";

        fixture.stock.send(
                product, TestEvents.headers("inventory.low_stock", product), TestEvents.lowStock(product, name));

        await().until(() -> !mailsAbout(product).isEmpty());
        MimeMessage mail = mailsAbout(product).getFirst();
        assertEquals("Low stock: " + name, Outside.header(mail, "Subject"));
        assertTrue(content(mail, "text/plain").contains(name), content(mail, "text/plain"));
        String html = content(mail, "text/html");
        assertTrue(html.contains("&lt;script&gt;alert(&#39;lamp&#39;)&lt;/script&gt; &amp; more"), html);
        assertFalse(html.contains("<script>"), html);
    }

    private List<MimeMessage> mailsAbout(String product) {
        return outside.mailsTo(Outside.OPERATOR).stream()
                .filter(mail -> content(mail, "text/plain").contains(product))
                .toList();
    }

    @Test
    void aNameCannotAddAHeader() {
        String product = TestEvents.id().toString();

        fixture.stock.send(
                product,
                TestEvents.headers("inventory.low_stock", product),
                TestEvents.lowStock(product, "Lamp\\r\\nBcc: eve@example.com"));

        await().until(() -> !mailsAbout(product).isEmpty());
        assertEquals(
                "Low stock: Lamp Bcc: eve@example.com",
                Outside.header(mailsAbout(product).getFirst(), "Subject"));
    }
}
