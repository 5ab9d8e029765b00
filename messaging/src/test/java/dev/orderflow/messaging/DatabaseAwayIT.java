package dev.orderflow.messaging;

import static dev.orderflow.dev.TestPatience.await;
import static org.hamcrest.CoreMatchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orderflow.dev.TestDatabase;
import dev.orderflow.dev.TestServers;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.inject.Inject;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** A service whose database is not there, does not answer, or has no connection left: it waits, and loses nothing. */
@QuarkusTest
@WithTestResource(DatabaseAway.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class) // it starts only once
class DatabaseAwayIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Inject
    Things things;

    @Inject
    Pool pool;

    @Inject
    MeterRegistry metrics;

    @Inject
    KafkaClientService clients;

    @TestHTTPResource(value = "/health", management = true)
    String health = "";

    private final TestDatabase database = new TestDatabase(number("test.database.port"), text("database.name"));
    private final Proxy proxy = new Proxy(number("database.port"), database.port());
    private final Wire wire = new Wire(TestServers.kafka());
    private final String topic = text("messaging.topic");
    private final String key = UUID.randomUUID().toString();

    @AfterEach
    void close() throws IOException {
        proxy.close();
    }

    @Test
    @Order(1)
    void startsWithoutItAndPreparesTheDayBeforeTheFirstRecordIsTaken() throws Exception {
        assertEquals(200, RestAssured.get(health + "/live").statusCode());
        assertEquals(503, RestAssured.get(health + "/ready").statusCode());
        for (String path : List.of("/api/v1/flow", "/api/v1/parked")) {
            RestAssured.get(path)
                    .then()
                    .statusCode(503)
                    .header("Retry-After", "2")
                    .contentType("application/problem+json")
                    .body("type", equalTo("urn:orderflow:problem:database-unavailable"));
        }
        wire.send(event("first"));
        await().atMost(PATIENCE).until(() -> fetched() >= 1);
        try (Connection other = database.connect();
                Statement statement = other.createStatement()) {
            statement.execute("select pg_advisory_lock(hashtext('orderflow.inbox_prepare'))");
            proxy.open();
            await().atMost(PATIENCE)
                    .until(() -> count("pg_stat_activity where wait_event = 'advisory'"
                                    + " and query like '%inbox_prepare%' and datname = current_database()")
                            > 0);
        }

        await().atMost(PATIENCE).until(() -> things.handled(key).size() == 1);
        assertEquals(200, RestAssured.get(health + "/ready").statusCode());
        assertEquals(1, count("inbox"));
        assertEquals(0, count("inbox_default"));
    }

    @Test
    @Order(2)
    void aSilentDatabaseIsWaitedForByConsumerAndRelay() throws Exception {
        proxy.open();
        things.happen(key, "before").await().atMost(PATIENCE);
        await().atMost(PATIENCE).until(() -> things.handled(key).size() == 1);
        double retries = retries();

        proxy.fallSilent();
        wire.send(event("during"));
        insert("written while nobody can be told");
        await().atMost(PATIENCE).until(() -> retries() > retries);
        proxy.speak();

        await().atMost(PATIENCE).until(() -> things.handled(key).size() == 3);
        await().atMost(PATIENCE).until(() -> count("outbox") == 0);
        things.happen(key, "after").await().atMost(PATIENCE);
        await().atMost(PATIENCE).until(() -> things.handled(key).size() == 4);
        assertEquals(4, count("effects where aggregate = '" + key + "'"));
        assertEquals(0, count("parked"));
        assertEquals(200, RestAssured.get(health + "/live").statusCode());
    }

    @Test
    @Order(3)
    void anExhaustedPoolIsWaitedForByConsumers() throws Exception {
        proxy.open();
        List<SqlConnection> taken = exhaustThePool();
        double retries = retries();

        wire.send(event("waits"));
        await().atMost(PATIENCE).until(() -> retries() > retries);
        taken.forEach(connection -> connection.close().await().atMost(PATIENCE));

        await().atMost(PATIENCE).until(() -> things.handled(key).size() == 1);
        assertEquals(0, count("parked"));
    }

    @Test
    @Order(4)
    void moreThanMayWaitForAConnectionAreToldAtOnce() {
        proxy.open();
        List<SqlConnection> taken = exhaustThePool();
        List<CompletableFuture<SqlConnection>> waiting = new ArrayList<>();
        await().atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> {
                    waiting.add(pool.getConnection().subscribeAsCompletionStage());
                    return waiting.stream().anyMatch(DatabaseAwayIT::isRefused);
                });
        RestAssured.get("/api/v1/flow")
                .then()
                .statusCode(503)
                .header("Retry-After", "2")
                .contentType("application/problem+json")
                .body("type", equalTo("urn:orderflow:problem:database-unavailable"));
        taken.forEach(connection -> connection.close().await().atMost(PATIENCE));
        waiting.forEach(connection -> connection
                .thenCompose(it -> it.close().subscribeAsCompletionStage())
                .handle((closed, tooLate) -> "over")
                .join());
        await().atMost(PATIENCE).until(() -> RestAssured.get("/api/v1/flow").statusCode() == 200);
    }

    private static boolean isRefused(CompletableFuture<SqlConnection> waiting) {
        return waiting.isCompletedExceptionally() && waiting.exceptionNow() instanceof ConnectionPoolTooBusyException;
    }

    private List<SqlConnection> exhaustThePool() {
        List<SqlConnection> taken = new ArrayList<>();
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> taken.add(pool.getConnection().await().atMost(PATIENCE)));
        while (taken.size() < 4) {
            taken.add(pool.getConnection().await().atMost(PATIENCE));
        }
        return taken;
    }

    private ProducerRecord<byte[], byte[]> event(String note) {
        UUID id = com.fasterxml.uuid.Generators.timeBasedEpochGenerator().generate();
        return Wire.record(topic, key, id.toString(), "{\"note\":\"" + note + "\"}");
    }

    /** As another replica would, past this service. */
    private void insert(String note) {
        execute(("insert into outbox (bucket, topic, aggregatetype, aggregateid, sequence, type, payload, event_id,"
                        + " event_version, source, occurred_at, correlationid) values (%d, '%s', 'thing', '%s', 100,"
                        + " 'thing.happened', '{\"note\":\"%s\"}', gen_random_uuid(), '1.0', '/messaging', now(), 'story')")
                .formatted(OutboxRow.bucket(key), topic, key, note));
    }

    private double fetched() {
        return clients.getConsumers("events").stream()
                .filter(consumer -> consumer.unwrap() != null)
                .flatMap(consumer -> consumer.unwrap().metrics().entrySet().stream())
                .filter(metric -> metric.getKey().name().equals("records-consumed-total")
                        && metric.getKey().tags().size() == 1)
                .mapToDouble(metric -> metric.getValue().metricValue() instanceof Double total ? total : 0)
                .sum();
    }

    private double retries() {
        return metrics.counter("inbox.retries", "consumer", "test").count();
    }

    private long count(String what) {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select count(*) from " + what)) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void execute(String sql) {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String text(String property) {
        return ConfigProvider.getConfig().getValue(property, String.class);
    }

    private static int number(String property) {
        return ConfigProvider.getConfig().getValue(property, Integer.class);
    }
}
