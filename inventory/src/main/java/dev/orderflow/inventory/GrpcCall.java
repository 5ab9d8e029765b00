package dev.orderflow.inventory;

import dev.orderflow.inventory.InventoryService.Abandoned;
import dev.orderflow.messaging.Cause;
import dev.orderflow.messaging.Correlation;
import dev.orderflow.messaging.TransientFailure;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import org.jboss.logging.Logger;

/** A call that is being answered: whether anybody still waits for it, and in which story it is. */
record GrpcCall(Context context, Cause cause) {

    private static final Logger LOG = Logger.getLogger(GrpcCall.class);

    /** The call that the current thread is in. */
    static GrpcCall current() {
        return new GrpcCall(Context.current(), Correlation.cause());
    }

    /** Whether its deadline has passed, perhaps in a queue, or its caller has hung up. */
    boolean isAbandoned() {
        return context.isCancelled()
                || (context.getDeadline() != null && context.getDeadline().isExpired());
    }

    void failIfAbandoned() {
        if (isAbandoned()) {
            throw nobodyWaits();
        }
    }

    private static RuntimeException nobodyWaits() {
        return Status.DEADLINE_EXCEEDED
                .withDescription("the caller no longer waits")
                .asRuntimeException();
    }

    /** The status of a failure: what is not ours to decide may work the next time. */
    static Throwable status(Throwable failure) {
        if (failure instanceof StatusRuntimeException || failure instanceof StatusException) {
            return failure;
        }
        if (failure instanceof Abandoned) {
            return nobodyWaits();
        }
        if (TransientFailure.is(failure)) {
            return Status.UNAVAILABLE.withCause(failure).asRuntimeException();
        }
        LOG.error("a call fails by what nobody has foreseen", failure); // the caller gets no cause
        return Status.INTERNAL.withCause(failure).asRuntimeException();
    }
}
