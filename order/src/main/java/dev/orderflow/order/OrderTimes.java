package dev.orderflow.order;

import dev.orderflow.order.Reservation.Held;
import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Produces;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/** The clock of this process and what is measured by it. Timers do not go by it: they are rows, and the database's clock. */
@ApplicationScoped
class OrderTimes {

    private final InstantSource clock;
    private final OrderConfig config;

    OrderTimes(InstantSource clock, OrderConfig config) {
        this.clock = clock;
        this.config = config;
    }

    /** As exact as the database stores it, so that what is told at first is what is read later. */
    Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** How long an order may stay pending. */
    Duration deadline() {
        return config.deadline();
    }

    /** Whether the hold lasts long enough for inventory to hear of the order. */
    boolean lastLongEnough(Held held) {
        return held.lasts(clock.instant(), config.holdMargin());
    }

    /** The process's clock, to be replaced in tests. */
    @Dependent
    static class SystemClock {
        @Produces
        @DefaultBean
        @ApplicationScoped
        InstantSource clock() {
            return InstantSource.system();
        }
    }
}
