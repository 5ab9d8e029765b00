package dev.orderflow.messaging;

import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.ClientErrorException;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.jspecify.annotations.Nullable;

/** The operator's view of parked records, and what can be done about them: try again, or give one up. */
@Path("/api/v1/parked")
@Produces(MediaType.APPLICATION_JSON)
public class ParkedResource {

    private static final int LARGEST_PAGE = 200;
    private static final int FASTEST = 1_000; // records a second

    private final ParkedQuery parked;
    private final Redrive redrive;
    private final Discard discard;
    private final Inbox inbox;

    ParkedResource(ParkedQuery parked, Redrive redrive, Discard discard, Inbox inbox) {
        this.parked = parked;
        this.redrive = redrive;
        this.discard = discard;
        this.inbox = inbox;
    }

    /** Parked records in the order of their parking, {@code limit} at a time from after the id {@code after} on. */
    @GET
    @APIResponseSchema(ParkedQuery.Page.class)
    public Uni<ParkedQuery.Page> parked(
            @QueryParam("consumer") @Nullable String consumer,
            @QueryParam("key") @Nullable String key,
            @QueryParam("after") @DefaultValue("0") String after,
            @QueryParam("limit") @DefaultValue("50") String limit) {
        long first = Numbers.number("after", after, 0, Long.MAX_VALUE);
        int atMost = (int) Numbers.number("limit", limit, 1, LARGEST_PAGE);
        if (consumer != null) {
            text("consumer", consumer);
        }
        return NotNow.orRead(parked.page(consumer, key == null ? null : bytes(key), first, atMost));
    }

    /** One parked record, whole: its headers and its payload as they came, and the trace that it belongs to. */
    @GET
    @Path("/{id}")
    @APIResponse(responseCode = "404", description = "It is not parked, or not any more")
    @APIResponseSchema(ParkedQuery.Whole.class)
    public Uni<ParkedQuery.Whole> whole(@PathParam("id") String id) {
        return NotNow.orRead(parked.whole(Numbers.number("id", id, 1, Long.MAX_VALUE)))
                .map(found -> found.orElseThrow(() -> new NotFoundException("Record " + id + " is not parked.")));
    }

    /**
     * Applies the parked records of one key in their order. Answers 200 also when one of them fails again, and says so; a
     * key that is not parked any more has 0 records to redrive, which makes a repeat harmless. With {@code dry_run} the
     * first hundred records are tried and undone again: the answer tells how many would be applied, and whether there are
     * {@code more} than were tried; {@code per_second} does not slow that down. Otherwise it answers after some seconds with what was done; {@code more} says that
     * something is left, and to ask again. One redrive of a consumer at a time: 409 meanwhile.
     */
    @POST
    @Path("/redrive")
    @APIResponse(responseCode = "404", description = "This service has no such consumer")
    @APIResponse(responseCode = "409", description = "Another redrive of this consumer is under way")
    @APIResponseSchema(value = Redrive.Outcome.class, responseCode = "200")
    public Uni<Redrive.Outcome> redrive(
            @QueryParam("consumer") @Nullable String consumer,
            @QueryParam("key") @Nullable String key,
            @QueryParam("dry_run") @DefaultValue("false") String dryRun,
            @QueryParam("per_second") @DefaultValue("100") String perSecond) {
        BatchConsumer of = consumer(consumer);
        return alone(of, one(of, dryRun, pace(perSecond)).apply(key(key)));
    }

    /**
     * The same for the keys that have waited longest, {@code limit} at a time: those of which the first record was parked
     * for a reason that begins with {@code reason}, or all. Each key keeps its order. {@code more} says that there are
     * further keys or records: the next request has the answer's {@code after}, so that keys that failed again do not keep
     * the others back.
     */
    @POST
    @Path("/redrive-all")
    @APIResponse(responseCode = "404", description = "This service has no such consumer")
    @APIResponse(responseCode = "409", description = "Another redrive of this consumer is under way")
    @APIResponseSchema(value = Redrive.Report.class, responseCode = "200")
    public Uni<Redrive.Report> redriveAll(
            @QueryParam("consumer") @Nullable String consumer,
            @QueryParam("reason") @DefaultValue("") String reason,
            @QueryParam("after") @DefaultValue("0") String after,
            @QueryParam("limit") @DefaultValue("50") String limit,
            @QueryParam("dry_run") @DefaultValue("false") String dryRun,
            @QueryParam("per_second") @DefaultValue("100") String perSecond) {
        BatchConsumer of = consumer(consumer);
        long first = Numbers.number("after", after, 0, Long.MAX_VALUE);
        int atMost = (int) Numbers.number("limit", limit, 1, LARGEST_PAGE);
        Redrive.Pace pace = pace(perSecond);
        return alone(of, redrive.keys(of, text("reason", reason), first, atMost, pace, one(of, dryRun, pace)));
    }

    private static Redrive.Pace pace(String perSecond) {
        return new Redrive.Pace((int) Numbers.number("per_second", perSecond, 1, FASTEST));
    }

    /** Two at a time would be twice as fast as anybody asked for. It has not ended when nobody waits for it any more. */
    private static <T> Uni<T> alone(BatchConsumer consumer, Uni<T> work) {
        return NotNow.orAnswer(Uni.createFrom().deferred(() -> {
            if (!consumer.beginRedrive()) {
                return Uni.createFrom()
                        .failure(new ClientErrorException(
                                "Another redrive of " + consumer.name() + " is under way.", Response.Status.CONFLICT));
            }
            return work.onTermination().invoke(consumer::endRedrive);
        }));
    }

    private Function<byte[], Uni<Redrive.Outcome>> one(BatchConsumer consumer, String dryRun, Redrive.Pace pace) {
        return switch (dryRun) {
            case "true" -> key -> redrive.dryRun(consumer, key);
            case "false" -> key -> redrive.key(consumer, key, pace);
            default -> throw new BadRequestException("dry_run must be true or false");
        };
    }

    /**
     * Gives up the first parked record of a key, which can never be applied, for those behind it to be redriven. Its id is
     * asked for, so that nobody discards what he has not seen; 409 when it is not the first. A repeat has the same answer.
     */
    @POST
    @Path("/discard")
    @APIResponse(responseCode = "404", description = "This service has no such consumer")
    @APIResponse(responseCode = "409", description = "The record is not the first that is parked of its key")
    @APIResponseSchema(value = Discard.Outcome.class, responseCode = "200")
    public Uni<Discard.Outcome> discard(
            @QueryParam("consumer") @Nullable String consumer,
            @QueryParam("key") @Nullable String key,
            @QueryParam("id") @DefaultValue("") String id,
            @QueryParam("reason") @DefaultValue("") String reason) {
        if (reason.isBlank()) {
            throw new BadRequestException("reason is required");
        }
        long parkedId = Numbers.number("id", id, 1, Long.MAX_VALUE);
        return NotNow.orAnswer(discard.first(consumer(consumer).name(), key(key), parkedId, reason))
                .map(outcome -> outcome.orElseThrow(() -> new ClientErrorException(
                        "Record " + id + " is not the first that is parked of this key.", Response.Status.CONFLICT)));
    }

    /** The database cannot even compare a NUL. */
    private static String text(String name, String text) {
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw new BadRequestException(name + " must be a text without control characters");
        }
        return text;
    }

    private BatchConsumer consumer(@Nullable String name) {
        if (name == null) {
            throw new BadRequestException("consumer is required");
        }
        BatchConsumer found = inbox.consumers().get(name);
        if (found == null) {
            throw new NotFoundException("no consumer " + name);
        }
        return found;
    }

    private static byte[] key(@Nullable String key) {
        if (key == null || key.isEmpty()) {
            throw new BadRequestException("key is required");
        }
        return bytes(key);
    }

    private static byte[] bytes(String key) {
        try {
            return InboxRecord.KeyText.parse(key);
        } catch (IllegalArgumentException e) {
            throw new BadRequestException("key is no base64", e);
        }
    }
}
