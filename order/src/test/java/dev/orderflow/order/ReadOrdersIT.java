package dev.orderflow.order;

import static dev.orderflow.dev.TestPatience.await;
import static dev.orderflow.order.PlaceOrderIT.problem;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.orderflow.dev.TestServers;
import dev.orderflow.dev.TestSql;
import dev.orderflow.proto.order.v1.GetContactRequest;
import dev.orderflow.proto.order.v1.GetContactResponse;
import dev.orderflow.proto.order.v1.OrderServiceGrpc;
import dev.orderflow.proto.order.v1.OrderServiceGrpc.OrderServiceBlockingStub;
import grpc.health.v1.HealthGrpc.HealthBlockingStub;
import grpc.health.v1.HealthOuterClass.HealthCheckRequest;
import grpc.health.v1.HealthOuterClass.HealthCheckResponse.ServingStatus;
import io.agroal.api.AgroalDataSource;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quarkus.grpc.GrpcClient;
import io.quarkus.grpc.GrpcService;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(TestServers.class)
@WithTestResource(GrpcPort.class)
class ReadOrdersIT {

    @Inject
    @GrpcService
    FakeInventory inventory;

    @Inject
    @GrpcClient("order")
    OrderServiceBlockingStub grpc;

    @Inject
    @GrpcClient("order")
    HealthBlockingStub health;

    @Inject
    AgroalDataSource source;

    private String product;

    @BeforeEach
    void reset() {
        inventory.reset();
        product = inventory.product("1.00", "USD", 1000);
    }

    @Test
    void answersOnlyWhatHasChanged() {
        var id = Api.place(Api.order(Api.item(product, 1)));

        for (var known : List.of("\"1\"", "\"0\", \"1\"", "W/\"1\"", "*")) {
            given().header("If-None-Match", known)
                    .get("/api/v1/orders/" + id)
                    .then()
                    .statusCode(304)
                    .header("ETag", "\"1\"");
        }
        given().header("If-None-Match", "\"7\"")
                .get("/api/v1/orders/" + id)
                .then()
                .statusCode(200);
    }

    @Test
    void doesNotKnowOrdersThatDoNotExist() {
        problem(Api.get(UUID.randomUUID().toString()), 404, "not-found");
        problem(Api.get("no-uuid"), 404, "not-found");
    }

    @Test
    void listsACustomersOrdersPageByPageTheLatestFirst() {
        var customer = "cust-" + UUID.randomUUID();
        var placed = new ArrayList<String>();
        for (int i = 0; i < 5; i++) {
            placed.addFirst(Api.place(Api.orderOf(customer, Api.item(product, 1 + i), Api.item(product(), 1))));
        }
        Api.place(Api.order(Api.item(product, 1)));

        var listed = new ArrayList<String>();
        var next = "/api/v1/customers/" + customer + "/orders?limit=2";
        int pages = 0;
        while (next != null) {
            var page = given().get(next).then().statusCode(200).extract().jsonPath();
            listed.addAll(page.getList("orders.order_id"));
            page.<List<?>>getList("orders.items").forEach(items -> assertEquals(2, items.size()));
            next = page.getString("next");
            pages++;
        }

        assertEquals(placed, listed);
        assertEquals(3, pages);
    }

    @Test
    void boundsPages() {
        var none = "/api/v1/customers/nobody/orders";
        given().get(none)
                .then()
                .statusCode(200)
                .body("orders.size()", equalTo(0))
                .body("next", nullValue());
        given().get(none + "?limit=100000").then().statusCode(200);
        for (var limit : List.of("0", "-1", "x", "1.5", "9999999999")) {
            problem(given().get(none + "?limit=" + limit), 400, null)
                    .then()
                    .body("violations[0].field", equalTo("limit"));
        }
        for (var parameter : List.of("limit", "after")) {
            problem(given().get("/api/v1/parked?" + parameter + "=x"), 400, null)
                    .then()
                    .body("detail", containsString(parameter));
        }
        problem(given().get(none + "?cursor=x"), 400, null);
        problem(given().get("/api/v1/customers/a%20b/orders"), 400, null);
    }

    @Test
    void tellsInTimeThatItCannotBeRead() throws SQLException {
        var id = Api.place(Api.order(Api.item(product, 1)));
        try (var connection = source.getConnection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            // Longer than a forgotten transaction may be idle.
            statement.execute("set local idle_in_transaction_session_timeout = 0");
            statement.execute("lock table orders in access exclusive mode");

            for (var path : List.of("/api/v1/orders/" + id, "/api/v1/customers/cust-1/orders")) {
                problem(given().get(path), 504, "too-slow").then().header("Retry-After", "2");
            }

            connection.rollback();
        }
        assertEquals("PENDING", Api.state(id));
    }

    @Test
    void tellsTheContactToOtherServicesOnly() {
        var body = """
                {"customer_id":"c","items":[%s],"contact":{"email":"ann@example.org","phone":"+4915112345678"}}
                """.formatted(Api.item(product, 1));
        var with = Api.place(body);
        var without = Api.place(Api.order(Api.item(product, 1)));

        assertEquals(
                GetContactResponse.newBuilder()
                        .setEmail("ann@example.org")
                        .setPhone("+4915112345678")
                        .build(),
                contact(with));
        assertEquals(GetContactResponse.getDefaultInstance(), contact(without));
        assertFalse(Api.get(with).body().asString().contains("example.org"));
        for (var unknown : List.of(UUID.randomUUID().toString(), "no-uuid")) {
            var failure = assertThrows(StatusRuntimeException.class, () -> contact(unknown));
            assertEquals(Status.Code.NOT_FOUND, failure.getStatus().getCode());
        }
    }

    @Test
    void isHealthyOverGrpcAsLongAsItsDatabaseAnswers() throws Exception {
        await().until(this::health, List.of(ServingStatus.SERVING, ServingStatus.SERVING)::equals);

        new TestSql(source).whileAway(() -> await().until(
                        this::health, List.of(ServingStatus.NOT_SERVING, ServingStatus.NOT_SERVING)::equals));

        await().until(this::health, List.of(ServingStatus.SERVING, ServingStatus.SERVING)::equals);
    }

    /** Of the server, and of the one service. */
    private List<ServingStatus> health() {
        return Stream.of("", OrderServiceGrpc.SERVICE_NAME)
                .map(service -> health.check(HealthCheckRequest.newBuilder()
                                .setService(service)
                                .build())
                        .getStatus())
                .toList();
    }

    private GetContactResponse contact(String orderId) {
        return grpc.getContact(
                GetContactRequest.newBuilder().setOrderId(orderId).build());
    }

    private String product() {
        return inventory.product("2.00", "USD", 10);
    }
}
