package dev.orderflow.inventory;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Gives back what is held beyond its time, and forgets what nobody can ask for any more. The rows and the database's
 * clock say what is due, so it matters neither which replica does it nor whether one died meanwhile.
 */
@Singleton
class ReservationExpiry {

    private static final Logger LOG = Logger.getLogger(ReservationExpiry.class);

    private final InventoryConfig config;
    private final InventoryService service;
    private final CleanUp cleanUp;
    private final HeldReservations held;
    private final List<Cancellable> timers = new ArrayList<>();

    ReservationExpiry(InventoryConfig config, InventoryService service, CleanUp cleanUp, HeldReservations held) {
        this.config = config;
        this.service = service;
        this.cleanUp = cleanUp;
        this.held = held;
    }

    void start(@Observes StartupEvent event) {
        timers.add(every(config.expiryInterval(), this::expire));
        timers.add(every(config.cleanUpInterval(), cleanUp::run));
        timers.add(every(config.metricsInterval(), held::read));
    }

    void stop(@Observes ShutdownEvent event) {
        timers.forEach(Cancellable::cancel);
    }

    /** Batch after batch, each a transaction, until one is not full. */
    Uni<Void> expire() {
        return service.expireOverdue(config.expiryBatch())
                .chain(found -> found < config.expiryBatch() ? Uni.createFrom().voidItem() : expire());
    }

    /** One round after the other: a tick that comes while a round is at work is dropped. */
    private static Cancellable every(Duration interval, Supplier<Uni<Void>> round) {
        return Multi.createFrom()
                .ticks()
                .startingAfter(interval)
                .every(interval)
                .onOverflow()
                .drop()
                .onItem()
                .transformToUniAndConcatenate(tick -> round.get()
                        .onFailure()
                        .invoke(failure -> LOG.warnf("failed, again in %s: %s", interval, failure))
                        .onFailure()
                        .recoverWithNull())
                .subscribe()
                .with(done -> {});
    }
}
