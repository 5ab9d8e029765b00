package dev.orderflow.order;

import dev.orderflow.messaging.DatabaseReadiness;
import dev.orderflow.messaging.Repetition;
import grpc.health.v1.HealthOuterClass.HealthCheckResponse.ServingStatus;
import io.quarkus.grpc.runtime.health.GrpcHealthStorage;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Tells over gRPC whether calls can be answered: as long as the database answers, by the same check as readiness. Left
 * alone, the health service would say SERVING from the start to the end. Readiness as a whole cannot be asked, because it
 * contains this answer and would never come back.
 */
@ApplicationScoped
class GrpcHealth {

    private static final Duration EVERY = Duration.ofSeconds(1);

    private final DatabaseReadiness database;
    private final GrpcHealthStorage told;
    private final Repetition asking;

    GrpcHealth(@Readiness DatabaseReadiness database, GrpcHealthStorage told, Vertx vertx) {
        this.database = database;
        this.told = told;
        this.asking = new Repetition(vertx, this::ask, EVERY, EVERY);
    }

    void start(@Observes StartupEvent event) {
        asking.start();
    }

    void stop(@Observes ShutdownEvent event) {
        asking.stop();
    }

    private Uni<Void> ask() {
        return database.call()
                .invoke(answer -> tell(
                        answer.getStatus() == HealthCheckResponse.Status.UP
                                ? ServingStatus.SERVING
                                : ServingStatus.NOT_SERVING))
                .replaceWithVoid();
    }

    /** The server as a whole, and each of its services by name; who watches hears of changes only. */
    private void tell(ServingStatus status) {
        told.getStatuses().forEach((service, before) -> {
            if (before != status) {
                told.setStatus(service, status);
            }
        });
    }
}
