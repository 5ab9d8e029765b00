package dev.orderflow.order;

import dev.orderflow.order.InventoryCalls.NotAnswered;
import dev.orderflow.order.Reservation.Held;
import dev.orderflow.order.Reservation.MixedCurrencies;
import dev.orderflow.order.Reservation.OutOfStock;
import dev.orderflow.order.Reservation.Released;
import dev.orderflow.order.Reservation.Shortage;
import dev.orderflow.order.Reservation.UnknownProducts;
import dev.orderflow.order.domain.Money;
import dev.orderflow.order.domain.OrderLine;
import dev.orderflow.proto.inventory.v1.PricedLine;
import dev.orderflow.proto.inventory.v1.ReserveStockResponse;
import dev.orderflow.proto.inventory.v1.Reserved;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.faulttolerance.Bulkhead;
import org.eclipse.microprofile.faulttolerance.Retry;

/** Asks inventory, within bounds: of time per call, of repetitions, and of calls at once. */
@ApplicationScoped
class InventoryClient {

    private final InventoryCalls calls;
    private final InstantSource clock;

    InventoryClient(InventoryCalls calls, InstantSource clock) {
        this.calls = calls;
        this.clock = clock;
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
    @Bulkhead(value = 64, waitingTaskQueue = 128)
    Uni<Reservation> reserve(HoldRequest wanted) {
        var askedAt = clock.instant();
        return calls.reserve(wanted)
                .map(response -> reservation(response, askedAt))
                .onFailure(InventoryClient::wasReleased)
                .recoverWithItem(new Released());
    }

    private static boolean wasReleased(Throwable failure) {
        return failure instanceof StatusRuntimeException answer
                && answer.getStatus().getCode() == Status.Code.ABORTED;
    }

    /** Gives up a hold whose order will certainly not be placed. If this fails, too, the hold ends by itself. */
    @Retry(maxRetries = 2, delay = 200, jitter = 200, retryOn = NotAnswered.class)
    Uni<Void> release(UUID orderId, String correlationId) {
        return calls.release(orderId, correlationId);
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
