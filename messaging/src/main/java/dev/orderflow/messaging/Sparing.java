package dev.orderflow.messaging;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Work that is passed over the more often the longer it takes; but never for long, and never after a failure. */
final class Sparing implements Supplier<Uni<Void>> {

    private static final int REST = 20; // times as long as it took
    private static final Duration LONGEST_REST = Duration.ofMinutes(1);

    private final Supplier<Uni<Void>> work;
    private final LongSupplier nanos;
    private final Countdown rest;

    Sparing(Supplier<Uni<Void>> work) {
        this(work, System::nanoTime);
    }

    /** @param nanos the clock */
    Sparing(Supplier<Uni<Void>> work, LongSupplier nanos) {
        this.work = work;
        this.nanos = nanos;
        rest = new Countdown(nanos);
    }

    @Override
    public Uni<Void> get() {
        if (!rest.isOver()) {
            return Uni.createFrom().voidItem();
        }
        long begun = nanos.getAsLong();
        return work.get().invoke(() -> {
            Duration due = Duration.ofNanos(nanos.getAsLong() - begun).multipliedBy(REST);
            rest.set(due.compareTo(LONGEST_REST) < 0 ? due : LONGEST_REST);
        });
    }
}
