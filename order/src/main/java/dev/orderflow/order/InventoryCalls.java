package dev.orderflow.order;

import dev.orderflow.messaging.Correlation;
import dev.orderflow.proto.inventory.v1.InventoryService;
import dev.orderflow.proto.inventory.v1.ReleaseReservationRequest;
import dev.orderflow.proto.inventory.v1.ReserveStockRequest;
import dev.orderflow.proto.inventory.v1.ReserveStockResponse;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.quarkus.grpc.GrpcClient;
import io.quarkus.grpc.GrpcClientUtils;
import io.smallrye.faulttolerance.api.CircuitBreakerName;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;
import org.eclipse.microprofile.faulttolerance.CircuitBreaker;

/**
 * Single calls to inventory, each in the story of its order, and none while inventory is known to be down.
 *
 * <p>Apart from {@link InventoryClient}, because on one method the circuit breaker would stand around the bulkhead and
 * count what a full bulkhead refuses as a call that went well: an overload would hide that inventory is down, or close the
 * circuit again. Here it sees calls that were made, and nothing else.
 */
@ApplicationScoped
class InventoryCalls {

    static final Metadata.Key<String> CORRELATION_ID =
            Metadata.Key.of(Correlation.HEADER, Metadata.ASCII_STRING_MARSHALLER);

    private final InventoryService inventory;

    InventoryCalls(@GrpcClient("inventory") InventoryService inventory) {
        this.inventory = inventory;
    }

    /** Inventory did not answer. Whether it decided is unknown: ask again with the same order id. */
    static final class NotAnswered extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final boolean slow;

        NotAnswered(StatusRuntimeException cause, boolean slow) {
            super(cause);
            this.slow = slow;
        }

        /** Whether the time was up, and not the connection. */
        boolean slow() {
            return slow;
        }
    }

    @CircuitBreaker(
            requestVolumeThreshold = 20,
            failureRatio = 0.5,
            delay = 2000,
            successThreshold = 2,
            failOn = NotAnswered.class)
    @CircuitBreakerName("inventory")
    Uni<ReserveStockResponse> reserve(HoldRequest wanted) {
        var request =
                ReserveStockRequest.newBuilder().setOrderId(wanted.orderId().toString());
        wanted.lines()
                .forEach(line ->
                        request.addLinesBuilder().setProductId(line.productId()).setQuantity(line.quantity()));
        wanted.sending();
        return doubted(in(wanted.story().correlationId()).reserveStock(request.build()));
    }

    Uni<Void> release(UUID orderId, String correlationId) {
        var request = ReleaseReservationRequest.newBuilder()
                .setOrderId(orderId.toString())
                .build();
        return doubted(in(correlationId).releaseReservation(request)).replaceWithVoid();
    }

    private InventoryService in(String correlationId) {
        var headers = new Metadata();
        headers.put(CORRELATION_ID, correlationId);
        return GrpcClientUtils.attachHeaders(inventory, headers);
    }

    private static <T> Uni<T> doubted(Uni<T> call) {
        return call.onFailure(StatusRuntimeException.class).transform(failure -> doubtful(failure));
    }

    private static RuntimeException doubtful(StatusRuntimeException failure) {
        return switch (failure.getStatus().getCode()) {
            case UNAVAILABLE, RESOURCE_EXHAUSTED -> new NotAnswered(failure, false);
            case DEADLINE_EXCEEDED, CANCELLED -> new NotAnswered(failure, true);
            // What no line of inventory has foreseen. When it comes apart at its end, gRPC has the same codes for it.
            case INTERNAL, UNKNOWN -> new NotAnswered(failure, false);
            default -> failure;
        };
    }
}
