package dev.orderflow.systemtest;

import static dev.orderflow.dev.TestPatience.await;
import static dev.orderflow.systemtest.Orderflow.PATIENCE;
import static dev.orderflow.systemtest.Orderflow.order;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orderflow.systemtest.Client.Reply;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What users see, order by order. */
@ExtendWith(OrderflowExtension.class)
class StoryIT {

    private final Orderflow system;
    private final String customer = "customer-" + UUID.randomUUID();
    private final String key = UUID.randomUUID().toString();

    StoryIT(Orderflow system) {
        this.system = system;
    }

    @Test
    void placedOrderIsConfirmedCommittedToldAndCounted() {
        var product = system.product("49.99", 10);

        var reply = system.place(key, order(customer, product, 2));

        assertEquals(201, reply.status(), reply::text);
        var placed = reply.json();
        var id = placed.get("order_id").textValue();
        assertEquals(
                "/api/v1/orders/" + id,
                java.net.URI.create(reply.header("Location")).getPath());
        assertEquals("99.98", placed.get("total").textValue());
        system.awaitState(id, "CONFIRMED");
        await("stock is committed")
                .atMost(PATIENCE)
                .until(() -> system.stock(product).get("on_hand").asLong() == 8);
        assertEquals(0, system.stock(product).get("reserved").asLong());
        await("both mails are there")
                .atMost(PATIENCE)
                .until(() -> system.mails().to(customer).size() == 2);
        assertEquals(
                Set.of("We have received your order " + id, "Your order " + id + " is confirmed"),
                system.mails().to(customer).stream().map(Mails.Mail::subject).collect(Collectors.toSet()));
        await("analytics counts it").atMost(PATIENCE).untilAsserted(() -> {
            var counted = system.get("analytics", "/api/v1/analytics/events?limit=100&order_id=" + id)
                    .json();
            assertEquals(
                    Set.of(
                            "order.placed",
                            "order.confirmed",
                            "inventory.reserved",
                            "inventory.committed",
                            "fraud.cleared",
                            "notification.sent"),
                    Set.copyOf(counted.findValuesAsText("event_type")));
        });
        system.awaitQuiet();
        for (var service : Orderflow.SERVICES) {
            var flow = system.get(service, "/api/v1/flow").json();
            assertEquals(0, flow.get("unsent").asLong(), service);
        }
    }

    @Test
    void rejectedOrderGivesItsStockBack() {
        var product = system.product("12000.00", 3);

        var id = system.placed(order(customer, product, 1));

        system.awaitState(id, "CANCELLED");
        assertEquals(
                "fraud_rejected",
                system.get("order", "/api/v1/orders/" + id)
                        .json()
                        .path("cancel_reason")
                        .asText());
        await("stock is back")
                .atMost(PATIENCE)
                .until(() -> system.stock(product).get("reserved").asLong() == 0);
        assertEquals(3, system.stock(product).get("on_hand").asLong());
    }

    @Test
    void outOfStockNamesTheLinesAndWhatIsAvailable() {
        var product = system.product("5.00", 3);

        var reply = system.place(key, order(customer, product, 4));

        assertProblem(409, reply);
        var line = reply.json().at("/lines/0");
        assertEquals(product, line.findValue("product_id").textValue());
        assertEquals(3, line.findValue("available").asLong());
        assertEquals(0, system.stock(product).get("reserved").asLong());
    }

    @Test
    void sameKeyTwiceIsOneOrderAndOneAnswer() {
        var product = system.product("5.00", 10);

        var first = system.place(key, order(customer, product, 1));
        var second = system.place(key, order(customer, product, 1));

        assertEquals(201, first.status());
        assertEquals(first.status() + first.text(), second.status() + second.text());
        assertEquals(1, orders());
    }

    @Test
    void sameKeyAtTheSameTimeIsOneOrderAndOneAnswer() {
        var product = system.product("5.00", 10);
        Callable<Reply> attempt = () -> {
            // A request that is still being worked on is said so, and asked for again.
            return await().atMost(PATIENCE)
                    .until(() -> system.place(key, order(customer, product, 1)), it -> it.status() != 409);
        };

        var replies = atTheSameTime(20, attempt);

        assertEquals(Set.of(201), replies.stream().map(Reply::status).collect(Collectors.toSet()));
        assertEquals(1, replies.stream().map(Reply::text).distinct().count());
        assertEquals(1, orders());
        system.awaitQuiet();
        assertEquals(9, system.stock(product).get("on_hand").asLong());
    }

    @Test
    void sameKeyForAnotherRequestIsRefused() {
        var product = system.product("5.00", 10);
        system.place(key, order(customer, product, 1));

        assertProblem(422, system.place(key, order(customer, product, 2)));
    }

    @Test
    void inventoryDownIsSaidAtOnceAndRecoversByItself() {
        var product = system.product("5.00", 10);
        system.part("inventory").kill();

        var refused = system.place(key, order(customer, product, 1));

        assertProblem(503, refused);
        assertFalse(refused.header("Retry-After").isEmpty());
        assertEquals(
                200,
                system.client()
                        .get(system.management("order", "/q/health/ready"))
                        .status());
        system.part("inventory").start();
        var accepted = await().atMost(PATIENCE)
                .until(() -> system.place(key, order(customer, product, 1)), it -> it.status() == 201);
        system.awaitState(accepted.json().get("order_id").textValue(), "CONFIRMED");
        assertEquals(1, orders());
    }

    @Test
    void inventoryThatDoesNotAnswerCostsBoundedTime() {
        var product = system.product("5.00", 100);
        // As many as the circuit looks back on, whatever others have left in it.
        for (int n = 0; n < 20; n++) {
            system.placed(order(customer + "-" + n, product, 1));
        }
        system.freeze("inventory");
        // Gives up a little after the ten seconds that a request may take; whoever still waits then fails the test.
        var hasty = new Client(Duration.ofSeconds(15));
        Callable<Reply> buy = () -> system.place(hasty, UUID.randomUUID().toString(), order(customer, product, 1));

        // Three calls each are not enough to open the circuit, so everybody waits for the deadline.
        var first = atTheSameTime(3, buy);
        // As soon as it is clear that nothing comes, the others need not.
        var next = atTheSameTime(8, buy);

        assertEquals(List.of(504, 504, 504), first.stream().map(Reply::status).toList(), first::toString);
        assertTrue(Set.of(503, 504).containsAll(next.stream().map(Reply::status).toList()), next::toString);
        assertTrue(Stream.concat(first.stream(), next.stream())
                .noneMatch(reply -> reply.header("Retry-After").isEmpty()));
        system.resume("inventory");
        await().atMost(PATIENCE)
                .until(() -> system.place(key, order(customer, product, 1)).status() == 201);
        system.awaitQuiet();
        assertEquals(79, system.stock(product).get("on_hand").asLong());
    }

    @Test
    void mailServerDownDelaysMailOnly() {
        var product = system.product("5.00", 10);
        system.part("mail").stop();

        var id = system.placed(order(customer, product, 1));

        system.awaitState(id, "CONFIRMED");
        assertEquals(List.of(), system.mails().to(customer));
        system.part("mail").start();
        await("both mails are there")
                .atMost(PATIENCE)
                .until(() -> system.mails().to(customer).size() == 2);
    }

    private long orders() {
        return system.database("order").number("select count(*) from orders where customer_id = ?", customer);
    }

    static void assertProblem(int status, Reply reply) {
        assertEquals(status, reply.status(), reply::text);
        assertTrue(reply.header("Content-Type").startsWith("application/problem+json"), reply::toString);
        assertEquals(status, reply.json().get("status").asInt());
        assertTrue(reply.json().get("traceId").textValue().matches("[0-9a-f]{32}"), reply::text);
    }

    private static <T> List<T> atTheSameTime(int times, Callable<T> what) {
        try (var threads = Executors.newFixedThreadPool(times)) {
            var running = threads.invokeAll(
                    IntStream.range(0, times).mapToObj(i -> what).toList());
            var results = new java.util.ArrayList<T>();
            for (var result : running) {
                results.add(result.get());
            }
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }
}
