package dev.orderflow.inventory;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.orderflow.dev.TestServers;
import io.quarkiverse.resteasy.problem.HttpProblem;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The document that clients are written by. */
@QuarkusTest
@WithTestResource(TestServers.class)
@WithTestResource(GrpcPort.class)
class OpenApiIT {

    private static final String PROBLEM = "application/problem+json";

    @TestHTTPResource(value = "/", management = true)
    URI management = URI.create("");

    private final ObjectMapper json = new ObjectMapper();
    private JsonNode document = json.nullNode();

    private record Operation(String name, JsonNode content) {
        /** Those that every service has are documented by their schemas only. */
        boolean isOwn() {
            return name.contains("/products");
        }
    }

    @BeforeEach
    void read() throws IOException {
        document = json.readTree(given().get(management.resolve("/q/openapi?format=json"))
                .then()
                .statusCode(200)
                .extract()
                .asString());
    }

    @Test
    void isOfVersion31() {
        assertEquals("3.1.0", document.path("openapi").textValue());
        assertEquals(5, operations().filter(Operation::isOwn).count());
    }

    @Test
    void everyOperationShowsWhatItTakesAndWhatItAnswers() {
        operations().forEach(operation -> {
            var body = resolved(operation.content().path("requestBody"));
            if (!body.isMissingNode()) {
                assertShown(operation, "its body", body);
            }
            operation.content().path("responses").properties().stream()
                    .filter(answer -> answer.getKey().startsWith("2"))
                    .forEach(answer -> assertShown(operation, answer.getKey(), resolved(answer.getValue())));
        });
    }

    private void assertShown(Operation operation, String what, JsonNode message) {
        var content = message.path("content").path("application/json");
        assertTrue(content.has("schema"), operation.name() + " has no schema for " + what);
        if (operation.isOwn()) {
            assertFalse(examples(content).isEmpty(), operation.name() + " has no example for " + what);
        }
    }

    @Test
    void everyErrorIsAProblemWithAnExampleOfItsStatus() {
        operations().filter(Operation::isOwn).forEach(operation -> {
            var errors = operation.content().path("responses").properties().stream()
                    .filter(answer -> answer.getKey().compareTo("400") >= 0)
                    .toList();
            assertFalse(errors.isEmpty(), operation.name() + " has no errors");
            for (var error : errors) {
                var examples =
                        examples(resolved(error.getValue()).path("content").path(PROBLEM));
                assertFalse(examples.isEmpty(), operation.name() + " has no example of " + error.getKey());
                examples.forEach(example ->
                        assertEquals(error.getKey(), example.path("status").asText(), operation.name()));
            }
        });
    }

    static Stream<HttpProblem> problems() {
        return Stream.of(
                Problems.unknownProduct(),
                Problems.changed(),
                Problems.otherRequest(),
                Problems.tooMuchStock(),
                Problems.tooLarge(16_384),
                Problems.databaseUnavailable(),
                Problems.tooSlow());
    }

    @Test
    void examplesAreTheProblemsThatAreAnswered() {
        var shown = document.path("components")
                .path("responses")
                .valueStream()
                .flatMap(response -> examples(response.path("content").path(PROBLEM)).stream())
                .map(example -> List.of(
                        example.path("type").asText(),
                        example.path("status").asInt(),
                        example.path("title").asText(),
                        example.path("detail").asText()))
                .toList();

        problems()
                .map(problem -> List.of(
                        problem.getType().toString(),
                        problem.getStatusCode(),
                        problem.getTitle(),
                        Objects.requireNonNull(problem.getDetail())))
                .forEach(problem -> assertTrue(shown.contains(problem), "no example of " + problem));
    }

    private Stream<Operation> operations() {
        return document.path("paths").properties().stream().flatMap(path -> path.getValue().properties().stream()
                .filter(method ->
                        List.of("get", "put", "post", "delete", "patch").contains(method.getKey()))
                .map(method -> new Operation(method.getKey() + " " + path.getKey(), method.getValue())));
    }

    private List<JsonNode> examples(JsonNode content) {
        return content.path("examples")
                .valueStream()
                .map(example -> resolved(example).path("value"))
                .toList();
    }

    /** What is referred to, or the node itself. */
    private JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? document.at(node.path("$ref").textValue().substring(1)) : node;
    }
}
