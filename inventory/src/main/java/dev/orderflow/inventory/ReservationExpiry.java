package dev.orderflow.inventory;

import dev.orderflow.messaging.Repetition;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Gives back what is held beyond its time, and forgets what nobody can ask for any more. The rows and the database's
 * clock say what is due, so it matters neither which replica does it nor whether one died meanwhile.
 */
@Singleton
class ReservationExpiry {

    private final InventoryConfig config;
    private final InventoryService service;
    private final CleanUp cleanUp;
    private final HeldReservations held;
    private final List<Repetition> rounds = new ArrayList<>();

    ReservationExpiry(InventoryConfig config, InventoryService service, CleanUp cleanUp, HeldReservations held) {
        this.config = config;
        this.service = service;
        this.cleanUp = cleanUp;
        this.held = held;
    }

    void start(@Observes StartupEvent event, Vertx vertx) {
        every(vertx, config.expiryInterval(), this::expire);
        every(vertx, config.cleanUpInterval(), cleanUp::run);
        every(vertx, config.metricsInterval(), held::read);
    }

    void stop(@Observes ShutdownEvent event) {
        rounds.forEach(Repetition::stop);
    }

    /** Batch after batch, each a transaction, until one is not full. */
    Uni<Void> expire() {
        return service.expireOverdue(config.expiryBatch())
                .chain(found -> found < config.expiryBatch() ? Uni.createFrom().voidItem() : expire());
    }

    private void every(Vertx vertx, Duration interval, Supplier<Uni<Void>> work) {
        var repetition = new Repetition(vertx, work, interval, interval);
        rounds.add(repetition);
        repetition.start();
    }
}
