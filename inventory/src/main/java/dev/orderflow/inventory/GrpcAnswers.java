package dev.orderflow.inventory;

import com.google.protobuf.Duration;
import dev.orderflow.inventory.Ledger.Decided;
import dev.orderflow.inventory.domain.Decision;
import dev.orderflow.inventory.domain.Line;
import dev.orderflow.inventory.domain.PricedLine;
import dev.orderflow.inventory.domain.Refusal;
import dev.orderflow.inventory.domain.Reservation;
import dev.orderflow.proto.inventory.v1.CheckStockResponse;
import dev.orderflow.proto.inventory.v1.InsufficientStock;
import dev.orderflow.proto.inventory.v1.MixedCurrencies;
import dev.orderflow.proto.inventory.v1.Money;
import dev.orderflow.proto.inventory.v1.ReleaseReservationResponse;
import dev.orderflow.proto.inventory.v1.ReserveStockResponse;
import dev.orderflow.proto.inventory.v1.Reserved;
import dev.orderflow.proto.inventory.v1.Shortage;
import dev.orderflow.proto.inventory.v1.StockLevel;
import dev.orderflow.proto.inventory.v1.UnknownProducts;
import io.grpc.Status;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/** What was decided, in the words of the protocol: an answer, or the status that the protocol gives to it. */
final class GrpcAnswers {

    private GrpcAnswers() {}

    static CheckStockResponse levels(List<String> asked, List<ProductEntity> found) {
        List<StockLevel> levels = found.stream()
                .sorted(Comparator.comparing(product -> asked.indexOf(product.id.toString())))
                .map(product -> StockLevel.newBuilder()
                        .setProductId(product.id.toString())
                        .setAvailable(product.onHand - product.reserved)
                        .setUnitPrice(money(product.price()))
                        .build())
                .toList();
        return CheckStockResponse.newBuilder().addAllLevels(levels).build();
    }

    static ReserveStockResponse reserve(Decided decided, List<Line> asked) {
        if (decided.decision() instanceof Decision.Refused(var refusal)) {
            return refused(refusal);
        }
        if (decided.reservation() instanceof Reservation.WithLines reservation) {
            return ReserveStockResponse.newBuilder()
                    .setReserved(reserved(reservation, asked, decided.at()))
                    .build();
        }
        throw new IllegalStateException("neither reserved nor refused: " + decided);
    }

    static ReleaseReservationResponse release(Decided decided) {
        if (decided.decision() instanceof Decision.Refused(var refusal)) {
            throw status(refusal);
        }
        return ReleaseReservationResponse.getDefaultInstance();
    }

    private static Reserved reserved(Reservation.WithLines reservation, List<Line> asked, Instant at) {
        Reserved.Builder answer = Reserved.newBuilder();
        reservation.lines().stream()
                .sorted(Comparator.comparing(priced -> asked.indexOf(priced.line())))
                .map(GrpcAnswers::line)
                .forEach(answer::addLines);
        if (reservation instanceof Reservation.Held held) {
            answer.setRemaining(between(at, held.expires()));
        }
        return answer.build();
    }

    private static ReserveStockResponse refused(Refusal refusal) {
        ReserveStockResponse.Builder answer = ReserveStockResponse.newBuilder();
        switch (refusal) {
            case Refusal.InsufficientStock(var shortages) ->
                answer.setInsufficientStock(InsufficientStock.newBuilder()
                        .addAllShortages(
                                shortages.stream().map(GrpcAnswers::shortage).toList()));
            case Refusal.UnknownProducts(var ids) ->
                answer.setUnknownProducts(UnknownProducts.newBuilder().addAllProductIds(ids));
            case Refusal.MixedCurrencies(var currencies) ->
                answer.setMixedCurrencies(MixedCurrencies.newBuilder().addAllCurrencies(currencies));
            case Refusal.OtherLines _, Refusal.AlreadyReleased _, Refusal.AlreadyPlaced _ -> throw status(refusal);
        }
        return answer.build();
    }

    private static RuntimeException status(Refusal refusal) {
        Status status =
                switch (refusal) {
                    case Refusal.OtherLines _ ->
                        Status.INVALID_ARGUMENT.withDescription("the order id was used with other lines");
                    case Refusal.AlreadyReleased _ -> Status.ABORTED.withDescription("the reservation was released");
                    case Refusal.AlreadyPlaced _ -> Status.FAILED_PRECONDITION.withDescription("the order was placed");
                    case Refusal.InsufficientStock _, Refusal.UnknownProducts _, Refusal.MixedCurrencies _ ->
                        Status.INTERNAL.withDescription("an answer, not an error");
                };
        return status.asRuntimeException();
    }

    private static dev.orderflow.proto.inventory.v1.PricedLine line(PricedLine line) {
        return dev.orderflow.proto.inventory.v1.PricedLine.newBuilder()
                .setProductId(line.productId())
                .setQuantity(line.line().quantity())
                .setUnitPrice(money(line.unitPrice()))
                .build();
    }

    private static Shortage shortage(Refusal.Shortage shortage) {
        return Shortage.newBuilder()
                .setProductId(shortage.productId())
                .setRequested(shortage.requested())
                .setAvailable(shortage.available())
                .build();
    }

    private static Money money(dev.orderflow.inventory.domain.Money money) {
        return Money.newBuilder()
                .setAmount(money.amount())
                .setCurrency(money.currency().getCurrencyCode())
                .build();
    }

    private static Duration between(Instant from, Instant until) {
        java.time.Duration left = java.time.Duration.between(from, until);
        return Duration.newBuilder()
                .setSeconds(left.getSeconds())
                .setNanos(left.getNano())
                .build();
    }
}
