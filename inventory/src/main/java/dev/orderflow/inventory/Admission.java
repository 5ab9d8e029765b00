package dev.orderflow.inventory;

import io.grpc.Status;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Bounds how many calls are at work or wait for the database. While that is slow, a caller beyond the bound hears at once
 * that he may come again, in place of waiting in a pile until his time is over.
 */
@Singleton
class Admission {

    private final int limit;
    private final AtomicInteger inside = new AtomicInteger();

    Admission(InventoryConfig config) {
        limit = config.callsAtOnce();
    }

    /** Fails with RESOURCE_EXHAUSTED when there are too many already. */
    <T> Uni<T> admit(Supplier<Uni<? extends T>> call) {
        return Uni.createFrom()
                .<T>deferred(() -> {
                    if (inside.incrementAndGet() > limit) {
                        inside.decrementAndGet();
                        return Uni.createFrom().failure(full());
                    }
                    return Uni.createFrom()
                            .<T>deferred(call)
                            .onItemOrFailure()
                            .invoke((answer, failure) -> inside.decrementAndGet());
                })
                // Remembered, because a caller who hangs up does not end the wait for a connection: it still counts.
                .memoize()
                .indefinitely();
    }

    private static RuntimeException full() {
        return Status.RESOURCE_EXHAUSTED
                .withDescription("too many calls wait for the database")
                .asRuntimeException();
    }
}
