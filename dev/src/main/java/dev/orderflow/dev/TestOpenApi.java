package dev.orderflow.dev;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The document that clients of the service under test are written by: what it lacks, in words. */
public final class TestOpenApi {

    private static final String PROBLEM = "application/problem+json";
    private static final List<String> METHODS = List.of("get", "put", "post", "delete", "patch");

    private final JsonNode document;
    private final String own;

    /** @param own what the paths have that are this service's own; the others are documented by their schemas only */
    public TestOpenApi(URI management, String own) {
        try (var text = management.resolve("/q/openapi?format=json").toURL().openStream()) {
            document = new ObjectMapper().readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.own = own;
    }

    private record Operation(String name, JsonNode content) {}

    public String version() {
        return document.path("openapi").asText();
    }

    public long ownOperations() {
        return operations().filter(this::isOwn).count();
    }

    /** Bodies and good answers that are missing or without a schema, or, of own operations, without an example. */
    public List<String> notShown() {
        return operations()
                .flatMap(operation -> Stream.concat(
                                Stream.of(operation.content().path("requestBody"))
                                        .filter(body -> !body.isMissingNode()),
                                goodAnswers(operation))
                        .map(this::resolved)
                        .map(message -> message.path("content").path("application/json"))
                        .filter(content -> !content.has("schema")
                                || (isOwn(operation) && examples(content).isEmpty()))
                        .map(content -> operation.name() + " does not show " + content))
                .toList();
    }

    private static Stream<JsonNode> goodAnswers(Operation operation) {
        var good = answers(operation)
                .filter(answer -> answer.status().startsWith("2"))
                .map(Answer::content)
                .toList();
        return good.isEmpty() ? Stream.of(MissingNode.getInstance()) : good.stream();
    }

    /**
     * Operations without errors, errors that are no problem, and those of own operations without an example, or with one of
     * another status.
     */
    public List<String> errorsWithoutProblem() {
        return operations().flatMap(this::errorsWithoutProblem).toList();
    }

    private Stream<String> errorsWithoutProblem(Operation operation) {
        var errors = answers(operation)
                .filter(answer -> answer.status().compareTo("400") >= 0)
                .toList();
        if (errors.isEmpty()) {
            return Stream.of(operation.name() + " has no errors");
        }
        return errors.stream()
                .filter(error -> {
                    var content = resolved(error.content()).path("content").path(PROBLEM);
                    var examples = examples(content);
                    return !content.has("schema")
                            || (isOwn(operation) && examples.isEmpty())
                            || examples.stream()
                                    .anyMatch(example ->
                                            !example.path("status").asText().equals(error.status()));
                })
                .map(error -> operation.name() + " has no problem for " + error.status());
    }

    /** Properties of its schemas that have another form than all JSON of the system. */
    public List<String> namesNotInSnakeCase() {
        return document.path("components").path("schemas").properties().stream()
                .flatMap(schema -> schema.getValue().path("properties").propertyStream())
                .map(Map.Entry::getKey)
                .filter(name -> !name.matches("[a-z0-9_]+") && !name.equals("traceId")) // as in logs
                .toList();
    }

    /** Type, status, title and detail of each problem that is shown. */
    public List<List<Object>> problems() {
        return document.path("components")
                .path("responses")
                .valueStream()
                .flatMap(response -> examples(response.path("content").path(PROBLEM)).stream())
                .map(example -> List.<Object>of(
                        example.path("type").asText(),
                        example.path("status").asInt(),
                        example.path("title").asText(),
                        example.path("detail").asText()))
                .toList();
    }

    private record Answer(String status, JsonNode content) {}

    private static Stream<Answer> answers(Operation operation) {
        return operation.content().path("responses").properties().stream()
                .map(answer -> new Answer(answer.getKey(), answer.getValue()));
    }

    private boolean isOwn(Operation operation) {
        return operation.name().contains(own);
    }

    private Stream<Operation> operations() {
        return document.path("paths").properties().stream().flatMap(path -> path.getValue().properties().stream()
                .filter(method -> METHODS.contains(method.getKey()))
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
