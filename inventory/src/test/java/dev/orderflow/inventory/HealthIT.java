package dev.orderflow.inventory;

import static dev.orderflow.dev.TestPatience.await;

import dev.orderflow.dev.TestHealth;
import dev.orderflow.dev.TestServers;
import dev.orderflow.dev.TestSql;
import dev.orderflow.proto.inventory.v1.InventoryServiceGrpc;
import grpc.health.v1.HealthGrpc;
import grpc.health.v1.HealthOuterClass.HealthCheckRequest;
import grpc.health.v1.HealthOuterClass.HealthCheckResponse.ServingStatus;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A service that starts without Kafka is ready; without its database it is not. */
@QuarkusTest
@WithTestResource(value = TestServers.class, initArgs = @ResourceArg(name = "kafka", value = "away"))
@WithTestResource(GrpcPort.class)
class HealthIT {

    @Inject
    AgroalDataSource database;

    @TestHTTPResource(value = "/", management = true)
    URI management = URI.create("");

    @Test
    void followsTheDatabaseAndNotKafka() throws Exception {
        new TestHealth(management).assertFollows(database);
    }

    @Test
    void soDoesItsHealthOverGrpc() throws Exception {
        try (Stockroom stockroom = new Stockroom()) {
            awaitGrpc(stockroom, ServingStatus.SERVING);

            new TestSql(database).whileAway(() -> awaitGrpc(stockroom, ServingStatus.NOT_SERVING));

            awaitGrpc(stockroom, ServingStatus.SERVING);
        }
    }

    /** Of the server, and of the one service. */
    private static List<ServingStatus> awaitGrpc(Stockroom stockroom, ServingStatus status) {
        return await().until(
                        () -> Stream.of("", InventoryServiceGrpc.SERVICE_NAME)
                                .map(service -> HealthGrpc.newBlockingStub(stockroom.channel())
                                        .check(HealthCheckRequest.newBuilder()
                                                .setService(service)
                                                .build())
                                        .getStatus())
                                .toList(),
                        List.of(status, status)::equals);
    }
}
