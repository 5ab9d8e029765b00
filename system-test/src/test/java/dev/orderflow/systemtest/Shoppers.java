package dev.orderflow.systemtest;

import static dev.orderflow.dev.TestPatience.await;

import dev.orderflow.systemtest.Client.Reply;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Clients that order one thing after the other, and that behave as clients should: each repeats its request with the same
 * key until it has an answer that counts, however often the connection breaks or it is told to come again.
 */
final class Shoppers implements AutoCloseable {

    private final Orderflow system;
    private final List<String> products;
    private final ExecutorService threads;
    private final List<Future<?>> shopping = new ArrayList<>();
    private final Map<String, String> requests = new ConcurrentHashMap<>();
    private final Map<String, Reply> answers = new ConcurrentHashMap<>();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger repeated = new AtomicInteger();
    private volatile boolean open = true;

    Shoppers(Orderflow system, List<String> products, int number, long seed) {
        this.system = system;
        this.products = products;
        threads = Executors.newFixedThreadPool(number);
        for (int n = 0; n < number; n++) {
            var random = new Random(seed + n);
            var name = "shopper-" + seed + "-" + n;
            shopping.add(threads.submit(() -> shop(name, random)));
        }
    }

    private void shop(String name, Random random) {
        for (int n = 0; open; n++) {
            var key = name + "-" + n;
            requests.put(
                    key,
                    request(key, n % 4 == 0, products.get(random.nextInt(products.size())), 1 + random.nextInt(3)));
            var answer =
                    await(key).atMost(Orderflow.PATIENCE.multipliedBy(2)).until(() -> ask(key), Optional::isPresent);
            answers.put(key, answer.orElseThrow());
            if (answer.get().status() == 201) {
                accepted.incrementAndGet();
            }
        }
    }

    /** A customer each, or fraud would find them too busy; some can be reached, which is as many as a mail folder keeps. */
    private static String request(String customer, boolean reachable, String product, long quantity) {
        return reachable ? Orderflow.order(customer, product, quantity) : """
                {"customer_id": "%s", "items": [{"product_id": "%s", "quantity": %d}]}""".formatted(customer, product, quantity);
    }

    /** An answer that counts, if there is one now. */
    private Optional<Reply> ask(String key) {
        try {
            var reply = system.place(key, request(key));
            boolean comeAgain =
                    reply.status() >= 500 || !reply.header("Retry-After").isEmpty();
            if (comeAgain) {
                repeated.incrementAndGet();
            }
            return comeAgain ? Optional.empty() : Optional.of(reply);
        } catch (UncheckedIOException noAnswer) {
            repeated.incrementAndGet();
            return Optional.empty();
        }
    }

    /** Until so many more orders are accepted. */
    void awaitMore(int orders) {
        int enough = accepted.get() + orders;
        await(orders + " more orders").atMost(Orderflow.PATIENCE).until(() -> accepted.get() >= enough || failed());
    }

    private boolean failed() {
        return shopping.stream().anyMatch(Future::isDone);
    }

    /** How often a request had to be repeated so far. */
    int repeated() {
        return repeated.get();
    }

    /** Lets everybody finish, and fails if one could not. Returns the answers by key. */
    Map<String, Reply> finish() {
        open = false;
        threads.shutdown();
        for (var one : shopping) {
            try {
                one.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
        return Map.copyOf(answers);
    }

    String request(String key) {
        return Objects.requireNonNull(requests.get(key));
    }

    @Override
    public void close() {
        open = false;
        threads.shutdownNow();
    }
}
