package dev.orderflow.systemtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orderflow.systemtest.Client.Reply;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Everything is killed once (kill -9) in the middle of a stream of orders: nothing accepted is lost, doubled or oversold. */
@ExtendWith(OrderflowExtension.class)
class KillIT {

    private static final List<String> PARTS =
            List.of("order", "inventory", "fraud", "notification", "analytics", "postgres", "kafka");

    /** How often each part is killed. */
    private static final int ROUNDS = Integer.getInteger("orderflow.kill.rounds", 1);

    private final Orderflow system;

    KillIT(Orderflow system) {
        this.system = system;
    }

    @Test
    void acceptedOrdersSurviveTheDeathOfEveryProcess() {
        long seed = Long.getLong("orderflow.seed", System.nanoTime() % 1_000_000);
        System.out.println("-Dorderflow.seed=" + seed);
        var random = new Random(seed);
        // Of some there is enough, of some there is not.
        var products = IntStream.range(0, 6)
                .mapToObj(n -> system.product("9.50", n % 2 == 0 ? 100_000 : 20))
                .toList();
        try (var shoppers = new Shoppers(system, products, 4, seed)) {
            for (int round = 0; round < ROUNDS; round++) {
                for (var part : shuffled(random)) {
                    shoppers.awaitMore(5 + random.nextInt(10));
                    system.part(part).kill();
                    System.out.println("killed " + part + " after " + shoppers.repeated() + " repeated requests");
                    system.start();
                    shoppers.awaitMore(3);
                }
            }
            var answers = shoppers.finish();
            Invariants.check(system);
            everyAnswerIsTrue(answers);
            everyAnswerIsRepeated(answers, shoppers);
        }
    }

    private static List<String> shuffled(Random random) {
        var parts = new ArrayList<>(PARTS);
        Collections.shuffle(parts, random);
        return parts;
    }

    /** G3 and G9: accepted means that there is exactly this order under this key; refused means that there is none. */
    private void everyAnswerIsTrue(Map<String, Reply> answers) {
        var told = new HashMap<String, String>();
        answers.forEach((key, reply) -> {
            if (reply.status() == 201) {
                told.put(key, reply.json().get("order_id").textValue());
            } else {
                assertEquals(409, reply.status(), () -> key + " " + reply);
            }
        });
        var stored = system.database("order").rows("select id::text, idempotency_key from orders").stream()
                .filter(row -> answers.containsKey(row.text("idempotency_key")))
                .collect(Collectors.toMap(row -> row.text("idempotency_key"), row -> row.text("id")));
        System.out.printf("%d requests, %d accepted%n", answers.size(), told.size());
        assertEquals(told, stored);
        assertTrue(told.size() < answers.size(), "some ran out of stock");
    }

    private void everyAnswerIsRepeated(Map<String, Reply> answers, Shoppers shoppers) {
        answers.forEach((key, reply) -> {
            var again = system.place(key, shoppers.request(key));
            assertEquals(reply.status() + reply.text(), again.status() + again.text(), key);
        });
    }
}
