package dev.orderflow.messaging;

import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Down while the database does not answer a transaction's connection, or only reads. In place of Quarkus' own checks: one
 * of them asks over the connection that migrated, which nothing else uses, and says down once when that one was cut.
 */
@Readiness
@Singleton
public class DatabaseReadiness implements AsyncHealthCheck {

    private static final String NAME = "database";
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final Pool pool;

    DatabaseReadiness(Pool pool) {
        this.pool = pool;
    }

    @Override
    public Uni<HealthCheckResponse> call() {
        return pool.withConnection(connection ->
                        connection.query("show transaction_read_only").execute())
                .map(rows -> rows.iterator().next().getString(0).equals("off")
                        ? HealthCheckResponse.up(NAME)
                        : down("takes no writes"))
                .ifNoItem()
                .after(LIMIT)
                .recoverWithItem(() -> down("does not answer"))
                .onFailure()
                .recoverWithItem(failure -> down(failure.toString()));
    }

    private static HealthCheckResponse down(String why) {
        return HealthCheckResponse.named(NAME).down().withData("reason", why).build();
    }
}
