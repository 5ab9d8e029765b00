package dev.orderflow.order;

import com.google.protobuf.Duration;
import dev.orderflow.proto.inventory.v1.InsufficientStock;
import dev.orderflow.proto.inventory.v1.InventoryServiceGrpc;
import dev.orderflow.proto.inventory.v1.Money;
import dev.orderflow.proto.inventory.v1.OrderLine;
import dev.orderflow.proto.inventory.v1.ReserveStockRequest;
import dev.orderflow.proto.inventory.v1.ReserveStockResponse;
import dev.orderflow.proto.inventory.v1.Reserved;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;

/** An inventory over a real socket, for a packaged service: it has two products, and of one of them a single piece. */
public final class InventoryAside implements QuarkusTestResourceLifecycleManager {

    static final String LAMP = "0198c7b1-20aa-7c41-8f62-0a9be17d4c05";
    static final String SOLD_OUT = "0198c7b1-20aa-7c41-8f62-0a9be17d4c06";

    /** By hand: a class that implements the service would take the place of the one that the other tests give to Quarkus. */
    private final Server server = NettyServerBuilder.forAddress(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(ServerServiceDefinition.builder(InventoryServiceGrpc.SERVICE_NAME)
                    .addMethod(
                            InventoryServiceGrpc.getReserveStockMethod(),
                            ServerCalls.asyncUnaryCall(InventoryAside::reserve))
                    .build())
            .build();

    private static void reserve(ReserveStockRequest request, StreamObserver<ReserveStockResponse> answer) {
        OrderLine line = request.getLines(0);
        answer.onNext(line.getProductId().equals(LAMP) ? reserved(line) : shortOf(line));
        answer.onCompleted();
    }

    private static ReserveStockResponse reserved(OrderLine line) {
        var reserved = Reserved.newBuilder().setRemaining(Duration.newBuilder().setSeconds(900));
        reserved.addLinesBuilder()
                .setProductId(line.getProductId())
                .setQuantity(line.getQuantity())
                .setUnitPrice(Money.newBuilder().setAmount("49.99").setCurrency("USD"));
        return ReserveStockResponse.newBuilder().setReserved(reserved).build();
    }

    private static ReserveStockResponse shortOf(OrderLine line) {
        var shortages = InsufficientStock.newBuilder();
        shortages
                .addShortagesBuilder()
                .setProductId(line.getProductId())
                .setRequested(line.getQuantity())
                .setAvailable(1);
        return ReserveStockResponse.newBuilder().setInsufficientStock(shortages).build();
    }

    @Override
    public Map<String, String> start() {
        try {
            server.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Map.of("quarkus.grpc.clients.inventory.port", Integer.toString(server.getPort()));
    }

    @Override
    public void stop() {
        server.shutdownNow();
    }
}
