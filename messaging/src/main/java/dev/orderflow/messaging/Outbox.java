package dev.orderflow.messaging;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.Function;

/** The only way to publish: in a transaction, together with the change that the event tells of. */
@ApplicationScoped
public class Outbox {

    /**
     * Runs {@code work} in one transaction: commits when it succeeds, rolls back when it fails, and wakes the relay after
     * a commit that appended events. Nothing is retried here.
     */
    public <T> Uni<T> transaction(Function<Transaction, Uni<T>> work) {
        throw new UnsupportedOperationException();
    }
}
