package dev.orderflow.order;

import dev.orderflow.order.Reservation.Held;
import dev.orderflow.order.Reservation.MixedCurrencies;
import dev.orderflow.order.Reservation.OutOfStock;
import dev.orderflow.order.Reservation.Shortage;
import dev.orderflow.order.Reservation.UnknownProducts;
import dev.orderflow.order.domain.Money;
import dev.orderflow.order.domain.OrderLine;
import dev.orderflow.proto.inventory.v1.InventoryService;
import dev.orderflow.proto.inventory.v1.PricedLine;
import dev.orderflow.proto.inventory.v1.ReleaseReservationRequest;
import dev.orderflow.proto.inventory.v1.ReserveStockRequest;
import dev.orderflow.proto.inventory.v1.ReserveStockResponse;
import dev.orderflow.proto.inventory.v1.Reserved;
import io.grpc.StatusRuntimeException;
import io.quarkus.grpc.GrpcClient;
import io.smallrye.faulttolerance.api.CircuitBreakerName;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.faulttolerance.Bulkhead;
import org.eclipse.microprofile.faulttolerance.CircuitBreaker;
import org.eclipse.microprofile.faulttolerance.Retry;

/** Asks inventory, within bounds: of time per call, of repetitions, of calls at once, and not at all while it is down. */
@ApplicationScoped
class InventoryClient {

    private final InventoryService inventory;
    private final InstantSource clock;

    InventoryClient(@GrpcClient("inventory") InventoryService inventory, InstantSource clock) {
        this.inventory = inventory;
        this.clock = clock;
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

    /**
     * Holds the stock of an order, or says why not. Safe to repeat with the same order id, and repeated on doubt: three
     * calls of two seconds fit into a request of ten.
     */
    @Retry(
            maxRetries = 2,
            delay = 100,
            jitter = 100,
            maxDuration = 7,
            durationUnit = ChronoUnit.SECONDS,
            retryOn = NotAnswered.class)
    @CircuitBreaker(
            requestVolumeThreshold = 20,
            failureRatio = 0.5,
            delay = 2000,
            successThreshold = 2,
            failOn = NotAnswered.class)
    @CircuitBreakerName("inventory")
    @Bulkhead(value = 64, waitingTaskQueue = 128)
    Uni<Reservation> reserve(UUID orderId, List<RequestedLine> lines) {
        var request = ReserveStockRequest.newBuilder().setOrderId(orderId.toString());
        lines.forEach(
                line -> request.addLinesBuilder().setProductId(line.productId()).setQuantity(line.quantity()));
        var askedAt = clock.instant();
        return inventory
                .reserveStock(request.build())
                .map(response -> reservation(response, askedAt))
                .onFailure(StatusRuntimeException.class)
                .transform(failure -> doubtful(failure));
    }

    /** Gives up a hold whose order will certainly not be placed. If this fails, too, the hold ends by itself. */
    @Retry(maxRetries = 2, delay = 200, jitter = 200, retryOn = NotAnswered.class)
    Uni<Void> release(UUID orderId) {
        var request = ReleaseReservationRequest.newBuilder()
                .setOrderId(orderId.toString())
                .build();
        return inventory
                .releaseReservation(request)
                .onFailure(StatusRuntimeException.class)
                .transform(failure -> doubtful(failure))
                .replaceWithVoid();
    }

    private static RuntimeException doubtful(StatusRuntimeException failure) {
        return switch (failure.getStatus().getCode()) {
            case UNAVAILABLE, RESOURCE_EXHAUSTED -> new NotAnswered(failure, false);
            case DEADLINE_EXCEEDED, CANCELLED -> new NotAnswered(failure, true);
            default -> failure;
        };
    }

    private static Reservation reservation(ReserveStockResponse response, Instant askedAt) {
        return switch (response.getOutcomeCase()) {
            case RESERVED -> held(response.getReserved(), askedAt);
            case INSUFFICIENT_STOCK ->
                new OutOfStock(response.getInsufficientStock().getShortagesList().stream()
                        .map(it -> new Shortage(it.getProductId(), it.getRequested(), it.getAvailable()))
                        .toList());
            case UNKNOWN_PRODUCTS ->
                new UnknownProducts(List.copyOf(response.getUnknownProducts().getProductIdsList()));
            case MIXED_CURRENCIES ->
                new MixedCurrencies(List.copyOf(response.getMixedCurrencies().getCurrenciesList()));
            case OUTCOME_NOT_SET -> throw new IllegalStateException("inventory answered something else");
        };
    }

    private static Held held(Reserved reserved, Instant askedAt) {
        var lines = reserved.getLinesList().stream().map(InventoryClient::line).toList();
        var remaining = reserved.hasRemaining()
                ? Duration.ofSeconds(
                        reserved.getRemaining().getSeconds(),
                        reserved.getRemaining().getNanos())
                : null;
        return new Held(lines, askedAt, remaining);
    }

    private static OrderLine line(PricedLine line) {
        var price = line.getUnitPrice();
        return new OrderLine(
                line.getProductId(), line.getQuantity(), Money.parse(price.getAmount(), price.getCurrency()));
    }
}
