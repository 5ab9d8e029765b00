package dev.orderflow.messaging;

import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;

/** Whether everything is moving, as every service tells it. */
@Path("/api/v1/flow")
@Produces(MediaType.APPLICATION_JSON)
public class FlowResource {

    private final FlowQuery flow;

    FlowResource(FlowQuery flow) {
        this.flow = flow;
    }

    /** What waits, and for how long. Without the database 503, and 504 when it takes too long. */
    @GET
    @APIResponseSchema(Flow.class)
    public Uni<Flow> flow() {
        return NotNow.orRead(flow.read());
    }
}
