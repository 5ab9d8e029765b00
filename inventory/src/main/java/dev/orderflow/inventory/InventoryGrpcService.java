package dev.orderflow.inventory;

import dev.orderflow.inventory.Ledger.Decided;
import dev.orderflow.inventory.domain.Line;
import dev.orderflow.inventory.domain.ReservationInput;
import dev.orderflow.messaging.Correlation;
import dev.orderflow.proto.inventory.v1.CheckStockRequest;
import dev.orderflow.proto.inventory.v1.CheckStockResponse;
import dev.orderflow.proto.inventory.v1.OrderLine;
import dev.orderflow.proto.inventory.v1.ReleaseReservationRequest;
import dev.orderflow.proto.inventory.v1.ReleaseReservationResponse;
import dev.orderflow.proto.inventory.v1.ReserveStockRequest;
import dev.orderflow.proto.inventory.v1.ReserveStockResponse;
import io.grpc.Status;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;

/** gRPC → input; decision → answer or status. */
@GrpcService
class InventoryGrpcService implements dev.orderflow.proto.inventory.v1.InventoryService {

    private static final int MAX_LINES = 100;
    private static final int MAX_ID_LENGTH = 64;

    private final InventoryService service;
    private final ProductRepository products;
    private final InventoryConfig config;
    private final Admission admission;

    InventoryGrpcService(
            InventoryService service, ProductRepository products, InventoryConfig config, Admission admission) {
        this.service = service;
        this.products = products;
        this.config = config;
        this.admission = admission;
    }

    @Override
    public Uni<CheckStockResponse> checkStock(CheckStockRequest request) {
        List<String> asked = request.getProductIdsList().stream().distinct().toList();
        require(!asked.isEmpty() && asked.size() <= MAX_LINES, "product_ids: 1 to %d".formatted(MAX_LINES));
        return admission
                .admit(() -> products.read(asked))
                .map(found -> GrpcAnswers.levels(asked, found))
                .onFailure()
                .transform(GrpcCall::status);
    }

    @Override
    public Uni<ReserveStockResponse> reserveStock(ReserveStockRequest request) {
        UUID orderId = orderId(request.getOrderId());
        List<Line> lines = lines(request.getLinesList());
        return decide(
                orderId,
                new ReservationInput.Reserve(lines, config.reservationTtl()),
                decided -> GrpcAnswers.reserve(decided, lines));
    }

    @Override
    public Uni<ReleaseReservationResponse> releaseReservation(ReleaseReservationRequest request) {
        return decide(orderId(request.getOrderId()), new ReservationInput.Release(), GrpcAnswers::release);
    }

    private <T> Uni<T> decide(UUID orderId, ReservationInput input, Function<Decided, T> answer) {
        Correlation.order(orderId.toString());
        GrpcCall call = GrpcCall.current();
        return admission
                .admit(() -> service.decide(orderId, input, call.cause(), call::isAbandoned))
                .invoke(call::failIfAbandoned)
                .map(answer)
                .onFailure()
                .transform(GrpcCall::status);
    }

    private static UUID orderId(String text) {
        UUID id = ProductRepository.uuid(text);
        if (id == null) {
            throw malformed("order_id: a UUID in lower case");
        }
        return id;
    }

    private static List<Line> lines(List<OrderLine> lines) {
        require(!lines.isEmpty() && lines.size() <= MAX_LINES, "lines: 1 to %d".formatted(MAX_LINES));
        require(
                lines.stream().map(OrderLine::getProductId).distinct().count() == lines.size(),
                "lines: every product at most once");
        return lines.stream().map(InventoryGrpcService::line).toList();
    }

    private static Line line(OrderLine line) {
        require(
                line.getQuantity() >= 1 && line.getQuantity() <= Line.MAX_QUANTITY,
                "quantity: 1 to %d".formatted(Line.MAX_QUANTITY));
        require(
                !line.getProductId().isBlank() && line.getProductId().length() <= MAX_ID_LENGTH,
                "product_id: 1 to %d characters".formatted(MAX_ID_LENGTH));
        return new Line(line.getProductId(), line.getQuantity());
    }

    private static void require(boolean holds, String rule) {
        if (!holds) {
            throw malformed(rule);
        }
    }

    private static RuntimeException malformed(String rule) {
        return Status.INVALID_ARGUMENT.withDescription(rule).asRuntimeException();
    }
}
