package dev.orderflow.inventory;

import static dev.orderflow.inventory.Stockroom.line;
import static dev.orderflow.inventory.Stockroom.newId;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orderflow.dev.TestServers;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(TestServers.class)
@WithTestResource(GrpcPort.class)
class CleanUpIT {

    private final Stockroom stockroom = new Stockroom();

    @Inject
    CleanUp cleanUp;

    @Inject
    Vertx vertx;

    @AfterEach
    void addsUp() {
        assertEquals(List.of(), stockroom.discrepancies());
        stockroom.close();
    }

    @Test
    void forgetsWhatFinishedLongAgoAndNothingElse() {
        String product = stockroom.product(10);
        String held = newId();
        String bound = newId();
        String released = newId();
        String tombstone = newId();
        String recent = newId();
        List.of(held, bound, released, recent).forEach(order -> stockroom.reserve(order, line(product, 1)));
        List.of(released, tombstone, recent).forEach(stockroom::release);
        stockroom.execute("update reservations set state = 'BOUND', expires_at = null where order_id = ?::uuid", bound);
        List.of(held, bound, released, tombstone).forEach(this::age);

        cleanUp.run().await().indefinitely();

        assertEquals(
                List.of("HELD", "BOUND", "none", "none", "RELEASED"),
                List.of(held, bound, released, tombstone, recent).stream()
                        .map(stockroom::state)
                        .toList());
        assertEquals(0, stockroom.number("select count(*) from reservation_lines where order_id = ?::uuid", released));
    }

    @Test
    void forgetsAnswersThatNobodyAsksForAnyMore() {
        stockroom.execute("insert into idempotency_keys (key, fingerprint, created_at)"
                + " values ('old', '', now() - interval '8 days'), ('new', '', now())");

        cleanUp.run().await().indefinitely();

        assertEquals(List.of("new"), stockroom.texts("select key from idempotency_keys where key in ('old', 'new')"));
    }

    @Test
    void passesOverAnswersThatSomebodyWorksOn() throws SQLException {
        stockroom.execute("insert into idempotency_keys (key, fingerprint, created_at)"
                + " values ('busy', '', now() - interval '9 days'), ('idle', '', now() - interval '8 days')");
        try (Connection holder = stockroom.connect();
                Statement lock = holder.createStatement()) {
            holder.setAutoCommit(false);
            lock.execute("select from idempotency_keys where key = 'busy' for update");

            cleanUp.run().await().atMost(Duration.ofSeconds(4));
        }

        assertEquals(
                List.of("busy"), stockroom.texts("select key from idempotency_keys where key in ('busy', 'idle')"));
    }

    /** A plan that comes back to the old ones for each row of the table must not find others each time. */
    @Test
    void forgetsNoMoreAtOnceThanItIsToldWhateverThePlan() {
        stockroom.execute("insert into idempotency_keys (key, fingerprint, created_at)"
                + " select 'many ' || i, '', now() - interval '9 days' from generate_series(1, 5) i");
        PgConnectOptions options = new PgConnectOptions()
                .setHost("localhost")
                .setPort(setting("database.port", Integer.class))
                .setDatabase(setting("database.name", String.class))
                .setUser(setting("database.user", String.class))
                .setPassword(setting("database.password", String.class));
        Stream.of("hashjoin", "mergejoin", "material", "hashagg", "sort")
                .forEach(other -> options.addProperty("enable_" + other, "off"));
        Pool nestedLoops = Pool.newInstance(
                PgBuilder.pool().connectingTo(options).using(vertx).build());

        int forgotten = new AnswerRepository(nestedLoops)
                .forget(OffsetDateTime.now(ZoneOffset.UTC).minusDays(8), 1)
                .eventually(nestedLoops::close)
                .await()
                .atMost(Duration.ofSeconds(10));

        assertEquals(1, forgotten);
    }

    private static <T> T setting(String name, Class<T> type) {
        return ConfigProvider.getConfig().getValue(name, type);
    }

    private void age(String order) {
        stockroom.execute(
                "update reservations set updated_at = updated_at - interval '11 days' where order_id = ?::uuid", order);
    }
}
