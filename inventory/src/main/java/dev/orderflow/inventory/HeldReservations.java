package dev.orderflow.inventory;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Singleton;

/**
 * How many reservations are held for orders that are not placed yet, for the metrics. Read from the database by a timer
 * and not by whoever asks: a scrape costs nothing and does not wait. No number at all while the database is away.
 */
@Singleton
class HeldReservations {

    private final Pool pool;
    private volatile double held = Double.NaN;

    HeldReservations(Pool pool, MeterRegistry metrics) {
        this.pool = pool;
        Gauge.builder("inventory.reservations.held", this, it -> it.held)
                .description("Reservations that expire unless their order is placed")
                .register(metrics);
    }

    /** Counts by the sweeper's index, which is of holds only. */
    Uni<Void> read() {
        return pool.withConnection(sql -> sql.query("select count(*) as held from reservations where state = 'HELD'")
                        .execute())
                .invoke(rows -> held = rows.iterator().next().getLong("held"))
                .onFailure()
                .invoke(failure -> held = Double.NaN)
                .replaceWithVoid();
    }
}
