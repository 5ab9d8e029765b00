package dev.orderflow.messaging;

import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.ClientErrorException;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;

/** The operator's view of events that Kafka refuses, and the last resort: to skip one, for those behind it to be sent. */
@Path("/api/v1/blocked")
@Produces(MediaType.APPLICATION_JSON)
public class BlockedResource {

    private static final int LARGEST_PAGE = 200;

    private final Blocked blocked;

    BlockedResource(Blocked blocked) {
        this.blocked = blocked;
    }

    /** The oldest first, {@code limit} at a time from after {@code after} on; there is one of an aggregate at most. */
    @GET
    @APIResponseSchema(Blocked.Page.class)
    public Uni<Blocked.Page> blocked(
            @QueryParam("after") @DefaultValue("0") String after,
            @QueryParam("limit") @DefaultValue("50") String limit) {
        return NotNow.orRead(blocked.list(Numbers.number("after", after, 0, Long.MAX_VALUE), (int)
                Numbers.number("limit", limit, 1, LARGEST_PAGE)));
    }

    /**
     * Gives one event up: no consumer will see it, and it is kept in the table {@code skipped}. 404 when it is not refused;
     * 409 when it is being tried again, which it is at the latest every 32 seconds. A repeat has the same answer.
     */
    @POST
    @Path("/skip")
    @APIResponse(responseCode = "404", description = "Kafka does not refuse this event, or not any more")
    @APIResponse(responseCode = "409", description = "It is being tried again just now")
    @APIResponseSchema(value = Blocked.Outcome.class, responseCode = "200")
    public Uni<Blocked.Outcome> skip(
            @QueryParam("event_id") @DefaultValue("") String eventId,
            @QueryParam("reason") @DefaultValue("") String reason) {
        if (reason.isBlank()) {
            throw new BadRequestException("reason is required");
        }
        UUID id = uuid(eventId);
        return NotNow.orAnswer(blocked.skip(id, reason))
                .onFailure(Blocked.BeingTried.class)
                .transform(failure -> new ClientErrorException(
                        "Event " + id + " is being tried again just now; ask again in a few seconds.",
                        Response.Status.CONFLICT))
                .map(outcome -> outcome.orElseThrow(
                        () -> new NotFoundException("Event " + id + " is not one that is refused.")));
    }

    private static UUID uuid(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw new BadRequestException("event_id must be the UUID of an event", e);
        }
    }
}
