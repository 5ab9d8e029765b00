package dev.orderflow.dev;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Sends orders as customers would, and tells what becomes of them: most are confirmed, some are not. */
final class Demo {

    private static final Pattern STATE = Pattern.compile("\"(?:state|status)\"\\s*:\\s*\"(\\w+)\"");

    /** For an answer, and then for a decision. Longer than any order takes while everything works. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** Products of the demo catalogue that nothing special is about, from the cheapest to the most expensive. */
    private static final int[] ORDINARY = {1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19};

    private static final int TOO_EXPENSIVE = 2;
    private static final int SCARCE = 3;

    private final URI orders;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final ConcurrentSkipListMap<String, AtomicLong> outcomes = new ConcurrentSkipListMap<>();

    Demo(Layout layout) {
        orders = URI.create("http://127.0.0.1:" + layout.http("order") + "/api/v1/orders");
    }

    static String confirmed(String customer) {
        return order(customer, line(1, 2) + "," + line(4, 1));
    }

    static String fraudulent(String customer) {
        return order(customer, line(TOO_EXPENSIVE, 1));
    }

    private static String order(String customer, String lines) {
        return "{\"customer_id\":\"%s\",\"contact\":{\"email\":\"%s@example.com\"},\"items\":[%s]}"
                .formatted(customer, customer, lines);
    }

    private static String line(int product, int quantity) {
        return "{\"product_id\":\"01980000-0000-7000-8000-%012d\",\"quantity\":%d}".formatted(product, quantity);
    }

    /** Until Ctrl-C, or until {@code --orders} are sent. */
    int run(List<String> arguments) {
        var flags = new Flags(arguments, Map.of("--rate", Flags.NUMBER, "--orders", Flags.NUMBER));
        var rate = flags.number("--rate", 5);
        var most = flags.number("--orders", Long.MAX_VALUE);
        System.out.println("Sending " + rate + " orders a second; Ctrl-C ends it.");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println(summary())));
        var start = Instant.now();
        for (long sent = 0; sent < most; sent++) {
            // From the start, not from the last one: a slow answer does not slow the customers down.
            var due = start.plusNanos(sent * 1_000_000_000 / rate);
            Processes.pause(
                    Duration.between(Instant.now(), due).isNegative()
                            ? Duration.ZERO
                            : Duration.between(Instant.now(), due));
            count("pending", 1);
            Thread.startVirtualThread(this::oneOrder);
            if (sent > 0 && sent % (rate * 5) == 0) {
                System.out.println(summary());
            }
        }
        while (count("pending") > 0) {
            Processes.pause(Duration.ofMillis(200));
        }
        return 0;
    }

    private void oneOrder() {
        var outcome = "undecided";
        try {
            outcome = send();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            count(outcome, 1);
            count("pending", -1);
        }
    }

    /** Sends one order, again with its key for as long as the answer is "not now", and tells what became of it. */
    private String send() throws InterruptedException {
        var request = HttpRequest.newBuilder(orders)
                .timeout(Duration.ofSeconds(15))
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .POST(HttpRequest.BodyPublishers.ofString(any()))
                .build();
        var patience = Instant.now().plus(PATIENCE);
        while (true) {
            String failure;
            var wait = Duration.ofSeconds(1);
            try {
                var answer = client.send(request, BodyHandlers.ofString());
                if (answer.statusCode() == 201) {
                    return follow(answer);
                }
                var retryAfter = answer.headers().firstValueAsLong("Retry-After");
                if (retryAfter.isEmpty()) {
                    return answer.statusCode() == 409 ? "out of stock" : "HTTP " + answer.statusCode();
                }
                failure = "HTTP " + answer.statusCode();
                wait = Duration.ofSeconds(retryAfter.getAsLong());
            } catch (IOException e) {
                failure = "no answer";
            }
            if (Instant.now().plus(wait).isAfter(patience)) {
                return failure;
            }
            count("sent again", 1);
            Processes.pause(wait);
        }
    }

    private String follow(HttpResponse<String> accepted) throws InterruptedException {
        var order = orders.resolve(accepted.headers().firstValue("Location").orElseThrow());
        var patience = Instant.now().plus(PATIENCE);
        var outcome = "undecided";
        while (outcome.equals("undecided") && Instant.now().isBefore(patience)) {
            Processes.pause(Duration.ofMillis(500));
            outcome = outcome(order);
        }
        return outcome;
    }

    private String outcome(URI order) throws InterruptedException {
        try {
            var answer = client.send(
                    HttpRequest.newBuilder(order).timeout(Duration.ofSeconds(5)).build(), BodyHandlers.ofString());
            var state = STATE.matcher(answer.body());
            if (answer.statusCode() == 200 && state.find() && !state.group(1).equalsIgnoreCase("pending")) {
                var found = state.group(1).toLowerCase(Locale.ROOT);
                return answer.body().contains("fraud_rejected") ? "rejected as fraud" : found;
            }
        } catch (IOException e) {
            // The service is down for a moment; the order is not lost.
        }
        return "undecided";
    }

    private static String any() {
        var random = ThreadLocalRandom.current();
        // Enough customers that none of them is suspiciously busy.
        var customer = "customer-" + random.nextInt(2_000);
        var dice = random.nextInt(100);
        if (dice < 6) {
            return order(customer, line(TOO_EXPENSIVE, 1));
        }
        if (dice < 12) {
            return order(customer, line(1, 1) + "," + line(SCARCE, 4));
        }
        var lines = random.ints(0, ORDINARY.length)
                .distinct()
                .limit(1 + random.nextInt(3))
                .mapToObj(index -> line(ORDINARY[index], 1 + random.nextInt(2)))
                .collect(Collectors.joining(","));
        return order(customer, lines);
    }

    private void count(String outcome, long change) {
        outcomes.computeIfAbsent(outcome, name -> new AtomicLong()).addAndGet(change);
    }

    private long count(String outcome) {
        return outcomes.getOrDefault(outcome, new AtomicLong()).get();
    }

    String summary() {
        return outcomes.entrySet().stream()
                .map(outcome -> outcome.getValue() + " " + outcome.getKey())
                .collect(Collectors.joining(", "));
    }
}
