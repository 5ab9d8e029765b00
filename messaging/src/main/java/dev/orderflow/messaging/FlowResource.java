package dev.orderflow.messaging;

import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;

/** Whether everything is moving, as every service tells it. */
@Path("/api/v1/flow")
@Produces(MediaType.APPLICATION_JSON)
@APIResponse(
        responseCode = "503",
        description = "The database cannot be reached now; Retry-After says when to ask again",
        content = @Content(mediaType = "application/problem+json", schema = @Schema(type = SchemaType.OBJECT)))
@APIResponse(
        responseCode = "504",
        description = "The database takes too long now; Retry-After says when to ask again",
        content = @Content(mediaType = "application/problem+json", schema = @Schema(type = SchemaType.OBJECT)))
public class FlowResource {

    private final FlowQuery flow;

    FlowResource(FlowQuery flow) {
        this.flow = flow;
    }

    @GET
    @APIResponseSchema(Flow.class)
    public Uni<Flow> flow() {
        return NotNow.orRead(flow.read());
    }
}
