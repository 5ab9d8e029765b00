package dev.orderflow.systemtest;

import static dev.orderflow.dev.TestPatience.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.orderflow.dev.KafkaProcess;
import dev.orderflow.dev.Layout;
import dev.orderflow.dev.MailProcess;
import dev.orderflow.dev.Part;
import dev.orderflow.dev.PostgresServer;
import dev.orderflow.dev.Project;
import dev.orderflow.dev.ServiceProcess;
import dev.orderflow.systemtest.Client.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The whole system as it is shipped: PostgreSQL, Kafka, a mail server and the five packaged services, a process each, on
 * loopback ports of its own. Data and logs are below {@code target/system}.
 */
final class Orderflow implements AutoCloseable {

    /** Longer than anything takes on a busy machine; a test fails by it, and none passes because of it. */
    static final Duration PATIENCE = Duration.ofMinutes(3);

    static final List<String> SERVICES = Layout.SERVICES;

    private final Layout layout = Layout.random();
    private final Path folder = Path.of("target", "system").toAbsolutePath();
    private final Map<String, Part> parts = new LinkedHashMap<>();
    private final Set<String> frozen = new HashSet<>();
    private final OtlpReceiver traces = new OtlpReceiver();
    private final Groups groups = new Groups("localhost:" + layout.kafka());
    private final Client client = new Client();
    private final Map<String, Long> initialStock = new ConcurrentHashMap<>();

    private final Project project = Project.here();

    Orderflow() {
        empty(folder);
        add(new PostgresServer(project, folder.resolve("postgres"), layout.postgres(), log("postgres")).throwaway());
        add(new KafkaProcess(project, folder.resolve("kafka"), layout.kafka(), log("kafka")));
        add(new MailProcess(project, folder.resolve("mail"), log("mail"), layout));
        SERVICES.forEach(service -> add(new ServiceProcess(project, service, log(service), layout, settings(service))));
    }

    Project project() {
        return project;
    }

    Layout layout() {
        return layout;
    }

    private void add(Part part) {
        parts.put(part.name(), part);
    }

    private Path log(String part) {
        return folder.resolve(part + ".log");
    }

    /** What is shorter here than in production, so that a fault is over within a test. Their order is the same. */
    Map<String, String> settings(String service) {
        var settings = new HashMap<String, String>();
        settings.put("OTEL_EXPORTER_OTLP_ENDPOINT", traces.endpoint());
        settings.put("quarkus.otel.bsp.schedule.delay", "200ms");
        // A killed consumer's partitions need not wait for it longer than the broker's least.
        settings.put("mp.messaging.connector.smallrye-kafka.session.timeout.ms", "6000");
        settings.put("mp.messaging.connector.smallrye-kafka.heartbeat.interval.ms", "1500");
        settings.putAll(
                switch (service) {
                    case "order" ->
                        Map.of("order.claim-lease", "12s", "order.hold-margin", "5s", "order.hold-retry", "2s");
                    case "inventory" -> Map.of("inventory.reservation-ttl", "40s");
                    case "notification" ->
                        Map.of(
                                "notification.send-lease", "12s",
                                "notification.send-timeout", "5s",
                                "notification.retry-longest", "2s");
                    case "fraud" -> Map.of("quarkus.log.console.json.enabled", "true"); // as in production
                    default -> Map.of();
                });
        return settings;
    }

    // Parts

    /** Starts whatever does not run or was frozen, and returns once all of it is ready. */
    void start() {
        List.copyOf(frozen).forEach(this::resume);
        var stopped = parts.values().stream().filter(part -> !part.isAlive()).toList();
        // In the order of the parts, because services migrate their databases when they start; two at a time, because
        // a machine with two cores does not start more of them in less time.
        for (int first = 0; first < stopped.size(); first += 2) {
            var pair = stopped.subList(first, Math.min(first + 2, stopped.size()));
            pair.forEach(Part::launch);
            pair.forEach(Part::awaitReady);
        }
    }

    Part part(String name) {
        return Objects.requireNonNull(parts.get(name), name);
    }

    /** Keeps the part from doing anything until {@link #resume}: it is there, and does not answer. */
    void freeze(String part) {
        frozen.add(part);
        signal(part, "STOP");
    }

    void resume(String part) {
        signal(part, "CONT");
        frozen.remove(part);
    }

    private void signal(String part, String signal) {
        try {
            new ProcessBuilder("kill", "-" + signal, Long.toString(part(part).pid()))
                    .inheritIO()
                    .start()
                    .onExit()
                    .join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        parts.values().stream().filter(Part::isAlive).toList().reversed().forEach(Part::kill);
        groups.close();
        traces.close();
    }

    // Looking at it

    Client client() {
        return client;
    }

    URI uri(String service, String path) {
        return URI.create("http://localhost:" + layout.http(service) + path);
    }

    URI management(String service, String path) {
        return URI.create("http://localhost:" + layout.management(service) + path);
    }

    Reply get(String service, String path) {
        return client.get(uri(service, path));
    }

    Database database(String service) {
        return new Database(layout.postgres(), service);
    }

    Topic topic(String service) {
        return new Topic(bootstrapServers(), service + ".events.v1");
    }

    String bootstrapServers() {
        return "localhost:" + layout.kafka();
    }

    Mails mails() {
        return new Mails(folder.resolve("mail"));
    }

    Groups groups() {
        return groups;
    }

    OtlpReceiver traces() {
        return traces;
    }

    // Using it

    /** A new product, priced in USD. */
    String product(String price, long onHand) {
        var body = """
                {"name": "Product", "price": "%s", "currency": "USD", "on_hand": %d}""".formatted(price, onHand);
        var created = client.post(
                uri("inventory", "/api/v1/products"),
                body,
                Map.of("Idempotency-Key", UUID.randomUUID().toString()));
        if (created.status() != 201) {
            throw new IllegalStateException("no product: " + created);
        }
        var id = created.json().get("product_id").textValue();
        initialStock.put(id, onHand);
        return id;
    }

    /** What a product was created with; all that happens to its stock later are orders. */
    long initialStock(String product) {
        return initialStock.getOrDefault(product, 0L);
    }

    JsonNode stock(String product) {
        return get("inventory", "/api/v1/products/" + product).json();
    }

    /** An order as a client states it, by a customer who has never been here and can be reached. */
    static String order(String customer, String product, long quantity) {
        return """
                {"customer_id": "%s", "items": [{"product_id": "%s", "quantity": %d}],
                 "contact": {"email": "%s@example.org"}}""".formatted(customer, product, quantity, customer);
    }

    Reply place(String key, String order) {
        return place(client, key, order);
    }

    Reply place(Client client, String key, String order) {
        return client.post(uri("order", "/api/v1/orders"), order, Map.of("Idempotency-Key", key));
    }

    /** Places an order under a key of its own; it must be accepted. */
    String placed(String order) {
        var reply = place(UUID.randomUUID().toString(), order);
        if (reply.status() != 201) {
            throw new IllegalStateException("not placed: " + reply);
        }
        return reply.json().get("order_id").textValue();
    }

    String state(String orderId) {
        return get("order", "/api/v1/orders/" + orderId).json().path("state").asText("none");
    }

    void awaitState(String orderId, String state) {
        await(orderId + " becomes " + state).atMost(PATIENCE).until(() -> state(orderId)
                .equals(state));
    }

    /** Until every event that was written is on Kafka, and every one there has had its effects, those of them included. */
    void awaitQuiet() {
        await("all is quiet").atMost(PATIENCE).untilAsserted(() -> {
            var ends = groups.ends();
            assertEquals(Map.of(), groups.lag(ends));
            assertEquals(Map.of(), unfinished());
            assertEquals(ends, groups.ends());
        });
    }

    private Map<String, Long> unfinished() {
        var unfinished = new LinkedHashMap<String, Long>();
        unfinished.put(
                "undecided orders",
                database("order").number("select count(*) from orders where state = 'PENDING' and not under_review"));
        unfinished.put("holds", database("inventory").number("select count(*) from reservations where state = 'HELD'"));
        unfinished.put(
                "unsent mails",
                database("notification").number("select count(*) from notification where delivery = 'waiting'"));
        SERVICES.forEach(service ->
                unfinished.put("unsent events of " + service, database(service).number("select count(*) from outbox")));
        unfinished.values().removeIf(number -> number == 0);
        return unfinished;
    }

    /** Everything that the part has logged. */
    List<String> log(Part part) {
        try {
            return Files.readAllLines(part.log());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The last words of every part, for a test that failed. */
    String logs() {
        var text = new StringBuilder();
        for (var part : parts.values()) {
            text.append("---- ").append(part.log()).append(part.isAlive() ? "" : " (not running)");
            text.append('\n');
            try (Stream<String> lines = Files.lines(part.log())) {
                var all = lines.filter(line -> line.contains("WARN")
                                || line.contains("ERROR")
                                || line.contains("xception")
                                || line.contains("OutOfMemory"))
                        .toList();
                all.subList(Math.max(0, all.size() - 15), all.size())
                        .forEach(line -> text.append(line).append('\n'));
            } catch (IOException none) {
                text.append("(no log)\n");
            }
        }
        return text.toString();
    }

    private static void empty(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
