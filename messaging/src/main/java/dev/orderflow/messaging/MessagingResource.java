package dev.orderflow.messaging;

import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.ServiceUnavailableException;
import jakarta.ws.rs.core.MediaType;
import org.jspecify.annotations.Nullable;

/** What every service tells about its messages, and the operator's way to try parked ones again. */
@Path("/api/v1")
@Produces(MediaType.APPLICATION_JSON)
public class MessagingResource {

    private static final int LARGEST_PAGE = 200;
    private static final long RETRY_AFTER_SECONDS = 5;

    private final FlowQuery flow;
    private final ParkedQuery parked;
    private final Redrive redrive;
    private final Inbox inbox;

    MessagingResource(FlowQuery flow, ParkedQuery parked, Redrive redrive, Inbox inbox) {
        this.flow = flow;
        this.parked = parked;
        this.redrive = redrive;
        this.inbox = inbox;
    }

    @GET
    @Path("/flow")
    public Uni<Flow> flow() {
        return unlessAway(flow.read());
    }

    /** Parked records in the order of their parking, {@code limit} at a time from after the id {@code after} on. */
    @GET
    @Path("/parked")
    public Uni<ParkedQuery.Page> parked(
            @QueryParam("consumer") @Nullable String consumer,
            @QueryParam("key") @Nullable String key,
            @QueryParam("after") @DefaultValue("0") String after,
            @QueryParam("limit") @DefaultValue("50") String limit) {
        long first = number("after", after, Long.MAX_VALUE);
        int atMost = (int) number("limit", limit, LARGEST_PAGE);
        if (atMost == 0) {
            throw new BadRequestException("limit must be at least 1");
        }
        return unlessAway(parked.page(consumer, key == null ? null : bytes(key), first, atMost));
    }

    /**
     * Applies the parked records of one key in their order. Answers 200 also when one of them fails again, and says so; a
     * key that is not parked any more has 0 records to redrive, which makes a repeat harmless.
     */
    @POST
    @Path("/parked/redrive")
    public Uni<Redrive.Outcome> redrive(
            @QueryParam("consumer") @Nullable String consumer, @QueryParam("key") @Nullable String key) {
        if (consumer == null || key == null || key.isEmpty()) {
            throw new BadRequestException("consumer and key are required");
        }
        BatchConsumer found = inbox.consumers().get(consumer);
        if (found == null) {
            throw new NotFoundException("no consumer " + consumer);
        }
        return unlessAway(redrive.key(found, bytes(key)));
    }

    private static <T> Uni<T> unlessAway(Uni<T> answer) {
        return answer.onFailure(TransientFailure::is)
                .transform(failure -> new ServiceUnavailableException(
                        "The database cannot be reached at the moment.", RETRY_AFTER_SECONDS, failure));
    }

    /** Taken as text: the framework would answer 404 for what is no number. */
    private static long number(String name, String text, long largest) {
        try {
            long number = Long.parseLong(text);
            if (number >= 0 && number <= largest) {
                return number;
            }
        } catch (NumberFormatException e) {
            // The same answer as for one that is out of bounds.
        }
        throw new BadRequestException(name + " must be a number between 0 and " + largest);
    }

    private static byte[] bytes(String key) {
        try {
            return InboxRecord.KeyText.parse(key);
        } catch (IllegalArgumentException e) {
            throw new BadRequestException("key is no base64", e);
        }
    }
}
