package dev.orderflow.order;

import com.google.protobuf.Duration;
import dev.orderflow.proto.inventory.v1.CheckStockRequest;
import dev.orderflow.proto.inventory.v1.CheckStockResponse;
import dev.orderflow.proto.inventory.v1.InsufficientStock;
import dev.orderflow.proto.inventory.v1.InventoryService;
import dev.orderflow.proto.inventory.v1.MixedCurrencies;
import dev.orderflow.proto.inventory.v1.Money;
import dev.orderflow.proto.inventory.v1.OrderLine;
import dev.orderflow.proto.inventory.v1.ReleaseReservationRequest;
import dev.orderflow.proto.inventory.v1.ReleaseReservationResponse;
import dev.orderflow.proto.inventory.v1.ReserveStockRequest;
import dev.orderflow.proto.inventory.v1.ReserveStockResponse;
import dev.orderflow.proto.inventory.v1.Reserved;
import dev.orderflow.proto.inventory.v1.UnknownProducts;
import io.grpc.Status;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/** An inventory in memory that decides like the real one, and whose connection tests can spoil. */
@GrpcService
public class FakeInventory implements InventoryService {

    /** What becomes of a request to reserve. */
    enum Manner {
        /** Decided and answered. */
        PROMPT,
        /** Neither. */
        DOWN,
        /** Decided, and ends before it has answered. */
        CUT_OFF,
        /** Fails by what nobody has foreseen. */
        BROKEN,
        /** Decided, and never answered. */
        SILENT,
        /** Decided, and the caller's time is up; at once, so that nobody has to wait for it. */
        LATE,
        /** Decided, and answered when the test says so; not held any more, if it was released meanwhile. */
        ON_DEMAND
    }

    record Product(String price, String currency, long available) {}

    /** A request that is decided and not answered yet. */
    private record Waiting(
            UniEmitter<? super ReserveStockResponse> answer, String orderId, ReserveStockResponse decided) {}

    private final Map<String, Product> products = new ConcurrentHashMap<>();
    private final Map<String, List<OrderLine>> holds = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final List<String> released = new CopyOnWriteArrayList<>();
    private final ConcurrentLinkedQueue<Waiting> waiting = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Manner> next = new ConcurrentLinkedQueue<>();
    private final Map<String, Instant> ends = new ConcurrentHashMap<>();
    private final Map<String, String> stories = new ConcurrentHashMap<>();
    private final Set<String> lapsed = ConcurrentHashMap.newKeySet();
    private volatile Manner manner = Manner.PROMPT;
    private volatile long ttlSeconds = 900;

    void reset() {
        behave(Manner.PROMPT);
        next.clear();
        waiting.clear();
        asked.clear();
        released.clear();
        ttlSeconds = 900;
    }

    String product(String price, String currency, long available) {
        var id = UUID.randomUUID().toString();
        products.put(id, new Product(price, currency, available));
        return id;
    }

    void behave(Manner manner) {
        this.manner = manner;
    }

    /** For the next requests, one each. */
    void behaveOnce(Manner... manners) {
        next.addAll(List.of(manners));
    }

    void holdFor(long seconds) {
        ttlSeconds = seconds;
    }

    void answerWaiting() {
        for (var request = waiting.poll(); request != null; request = waiting.poll()) {
            answer(request);
        }
    }

    /** The request that waits longest, as if the others were still on their way. */
    void answerOneWaiting() {
        answer(Objects.requireNonNull(waiting.poll()));
    }

    /** The time of the request that waits longest is up. */
    void giveUpOneWaiting() {
        Objects.requireNonNull(waiting.poll()).answer().fail(Status.DEADLINE_EXCEEDED.asRuntimeException());
    }

    int waiting() {
        return waiting.size();
    }

    /** Order ids, one for each request. */
    List<String> asked() {
        return asked;
    }

    List<String> released() {
        return released;
    }

    /** Which story the last request for an order belonged to, as the server saw it. */
    @Nullable
    String story(String orderId) {
        return stories.get(orderId);
    }

    /** Whether there was a time at which the order's hold had ended and not been made again. */
    boolean lapsed(String orderId) {
        return lapsed.contains(orderId);
    }

    boolean holds(String orderId) {
        return holds.containsKey(orderId);
    }

    @Override
    public Uni<CheckStockResponse> checkStock(CheckStockRequest request) {
        return Uni.createFrom().item(CheckStockResponse.getDefaultInstance());
    }

    @Override
    public Uni<ReserveStockResponse> reserveStock(ReserveStockRequest request) {
        stories.put(request.getOrderId(), String.valueOf(MDC.get("correlationId")));
        asked.add(request.getOrderId());
        if (released.contains(request.getOrderId())) {
            return Uni.createFrom().failure(Status.ABORTED.asRuntimeException());
        }
        var once = next.poll();
        return switch (once == null ? manner : once) {
            case PROMPT -> Uni.createFrom().item(decide(request));
            case DOWN -> Uni.createFrom().failure(Status.UNAVAILABLE.asRuntimeException());
            case CUT_OFF -> {
                decide(request);
                yield Uni.createFrom().failure(Status.INTERNAL.asRuntimeException());
            }
            case BROKEN -> Uni.createFrom().failure(Status.UNKNOWN.asRuntimeException());
            case SILENT -> {
                decide(request);
                yield Uni.createFrom().nothing();
            }
            case LATE -> {
                decide(request);
                yield Uni.createFrom().failure(Status.DEADLINE_EXCEEDED.asRuntimeException());
            }
            case ON_DEMAND -> {
                var decided = decide(request);
                yield Uni.createFrom()
                        .<ReserveStockResponse>emitter(
                                emitter -> waiting.add(new Waiting(emitter, request.getOrderId(), decided)));
            }
        };
    }

    @Override
    public Uni<ReleaseReservationResponse> releaseReservation(ReleaseReservationRequest request) {
        holds.remove(request.getOrderId());
        released.add(request.getOrderId());
        return Uni.createFrom().item(ReleaseReservationResponse.getDefaultInstance());
    }

    private void answer(Waiting request) {
        if (released.contains(request.orderId())) {
            request.answer().fail(Status.ABORTED.asRuntimeException());
        } else {
            request.answer().complete(request.decided());
        }
    }

    private ReserveStockResponse decide(ReserveStockRequest request) {
        var response = ReserveStockResponse.newBuilder();
        var lines = request.getLinesList();
        var unknown = lines.stream()
                .map(OrderLine::getProductId)
                .filter(id -> !products.containsKey(id))
                .toList();
        if (!unknown.isEmpty()) {
            return response.setUnknownProducts(UnknownProducts.newBuilder().addAllProductIds(unknown))
                    .build();
        }
        var currencies = lines.stream()
                .map(line -> product(line).currency())
                .distinct()
                .sorted()
                .toList();
        if (currencies.size() > 1) {
            return response.setMixedCurrencies(MixedCurrencies.newBuilder().addAllCurrencies(currencies))
                    .build();
        }
        var shortages = InsufficientStock.newBuilder();
        lines.stream()
                .filter(line -> line.getQuantity() > product(line).available())
                .forEach(line -> shortages
                        .addShortagesBuilder()
                        .setProductId(line.getProductId())
                        .setRequested(line.getQuantity())
                        .setAvailable(product(line).available()));
        if (shortages.getShortagesCount() > 0) {
            return response.setInsufficientStock(shortages).build();
        }
        holds.put(request.getOrderId(), new ArrayList<>(lines));
        var now = Instant.now();
        var before = ends.put(request.getOrderId(), now.plusSeconds(ttlSeconds));
        if (before != null && before.isBefore(now)) {
            lapsed.add(request.getOrderId());
        }
        var reserved = Reserved.newBuilder().setRemaining(Duration.newBuilder().setSeconds(ttlSeconds));
        lines.forEach(line -> reserved.addLinesBuilder()
                .setProductId(line.getProductId())
                .setQuantity(line.getQuantity())
                .setUnitPrice(Money.newBuilder()
                        .setAmount(product(line).price())
                        .setCurrency(product(line).currency())));
        return response.setReserved(reserved).build();
    }

    private Product product(OrderLine line) {
        return Objects.requireNonNull(products.get(line.getProductId()));
    }
}
