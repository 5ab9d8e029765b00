package dev.orderflow.order;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orderflow.dev.TestOpenApi;
import dev.orderflow.dev.TestServers;
import dev.orderflow.order.OrderService.OutcomeUnknown;
import dev.orderflow.order.Reservation.MixedCurrencies;
import dev.orderflow.order.Reservation.OutOfStock;
import dev.orderflow.order.Reservation.UnknownProducts;
import io.quarkiverse.resteasy.problem.HttpProblem;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The document that clients are written by. */
@QuarkusTest
@WithTestResource(TestServers.class)
@WithTestResource(GrpcPort.class)
class OpenApiIT {

    @TestHTTPResource(value = "/", management = true)
    URI management = URI.create("");

    @Test
    void isOfVersion31AndNamesWhatIsSent() {
        var api = api();

        assertEquals("3.1.0", api.version());
        assertEquals(List.of(), api.namesNotInSnakeCase());
        assertEquals(3, api.ownOperations());
    }

    @Test
    void everyOperationShowsWhatItTakesAndWhatItAnswers() {
        assertEquals(List.of(), api().notShown());
    }

    @Test
    void everyErrorIsAProblemWithAnExampleOfItsStatus() {
        assertEquals(List.of(), api().errorsWithoutProblem());
    }

    @Test
    void examplesAreTheProblemsThatAreAnswered() {
        var shown = api().problems();

        problems()
                .map(problem -> List.<Object>of(
                        problem.getType().toString(),
                        problem.getStatusCode(),
                        problem.getTitle(),
                        Objects.requireNonNull(problem.getDetail())))
                .forEach(problem -> assertTrue(shown.contains(problem), "no example of " + problem));
    }

    static Stream<HttpProblem> problems() {
        return Stream.of(
                Problems.notFound("order"),
                Problems.tooLarge(65_536),
                Problems.running(),
                Problems.otherRequest(),
                Problems.inventoryUnavailable(),
                Problems.inventorySlow(),
                Problems.databaseUnavailable(),
                Problems.tooSlow(),
                Problems.tooSlowToRead(),
                (HttpProblem) Problems.of(new OutcomeUnknown(new IOException())),
                Problems.outOfStock(new OutOfStock(List.of())).build(),
                Problems.unknownProducts(new UnknownProducts(List.of())).build(),
                Problems.mixedCurrencies(new MixedCurrencies(List.of())).build(),
                Problems.totalTooLarge().build());
    }

    private TestOpenApi api() {
        return new TestOpenApi(management, "/orders");
    }
}
