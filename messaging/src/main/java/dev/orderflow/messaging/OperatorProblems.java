package dev.orderflow.messaging;

import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;

/** Completes the description of the operator's addresses: what each of them may answer, and that errors are problems. */
public final class OperatorProblems implements OASFilter {

    private static final List<String> ADDRESSES = List.of("/api/v1/blocked", "/api/v1/flow", "/api/v1/parked");
    private static final Map<String, String> NOT_NOW = Map.of(
            "503", "The database cannot be reached now; Retry-After says when to ask again",
            "504", "The database takes too long now; Retry-After says when to ask again");

    @Override
    public void filterOpenAPI(OpenAPI api) {
        api.getPaths().getPathItems().forEach((path, item) -> {
            if (ADDRESSES.stream().anyMatch(path::startsWith)) {
                item.getOperations().values().forEach(OperatorProblems::complete);
            }
        });
    }

    private static void complete(Operation operation) {
        NOT_NOW.forEach((status, meaning) -> add(operation, status, meaning));
        if (operation.getParameters() != null && !operation.getParameters().isEmpty()) {
            add(operation, "400", "A parameter is missing or wrong; the detail says which");
        }
        operation.getResponses().getAPIResponses().forEach((status, answer) -> {
            if (status.compareTo("400") >= 0) {
                showProblem(answer);
            }
        });
    }

    private static void add(Operation operation, String status, String meaning) {
        operation
                .getResponses()
                .addAPIResponse(status, OASFactory.createAPIResponse().description(meaning));
    }

    private static void showProblem(APIResponse answer) {
        answer.setContent(OASFactory.createContent()
                .addMediaType(
                        "application/problem+json",
                        OASFactory.createMediaType()
                                .schema(OASFactory.createSchema().addType(Schema.SchemaType.OBJECT))));
    }
}
