package dev.orderflow.fraud;

import dev.orderflow.fraud.domain.Review;
import dev.orderflow.messaging.Correlation;
import dev.orderflow.messaging.NotNow;
import io.quarkiverse.resteasy.problem.HttpProblem;
import io.quarkiverse.resteasy.problem.validation.HttpValidationProblem;
import io.quarkiverse.resteasy.problem.validation.Violation;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** HTTP → what is asked for; answer → status code. Examples and problems are described in META-INF/openapi.yaml. */
@Path("/api/v1/assessments")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Assessments", description = "What was made of an order, and the reviews that wait for a person.")
class AssessmentResource {

    private static final UUID START = new UUID(0, 0);
    private static final java.util.regex.Pattern VERSION = java.util.regex.Pattern.compile("\"(\\d{1,18})\"");

    /** What a person decided. */
    @RegisterForReflection
    record DecisionRequest(
            @NotNull @Pattern(regexp = "clear|reject", message = "must be clear or reject")
            String decision,

            @Nullable @Size(max = 500) @Pattern(regexp = "[^\\x00]*", message = "must not contain NUL")
            String reason) {}

    private final ReviewService service;
    private final FraudMessages messages;

    AssessmentResource(ReviewService service, FraudMessages messages) {
        this.service = service;
        this.messages = messages;
    }

    @GET
    @Path("{order_id}")
    @Operation(summary = "The assessment of an order, with its version as ETag")
    @APIResponse(responseCode = "304", description = "Still the version of If-None-Match")
    public Uni<Response> read(@PathParam("order_id") String orderId, @Context Request request) {
        UUID id = orderId(orderId);
        Correlation.order(orderId);
        return NotNow.orRead(service.find(id)).map(found -> {
            AssessmentEntity stored = known(found, orderId);
            Response.ResponseBuilder unchanged = request.evaluatePreconditions(tag(stored));
            return unchanged == null ? answer(stored) : unchanged.build();
        });
    }

    @GET
    @Operation(summary = "Assessments with a verdict, the oldest order first")
    @APIResponse(
            responseCode = "200",
            description = "A page; next is the path of the following one, absent on the last")
    public Uni<AssessmentView.Page> list(
            @QueryParam("verdict")
                    @DefaultValue("review")
                    @Pattern(regexp = "cleared|rejected|review", message = "must be cleared, rejected or review")
                    String verdict,
            @QueryParam("limit")
                    @DefaultValue("50")
                    @Pattern(regexp = "[1-9][0-9]?|1[0-9][0-9]|200", message = "must be a number from 1 to 200")
                    @Parameter(schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "200"))
                    String limit,
            @QueryParam("cursor") @Nullable String cursor) {
        UUID after = cursor == null ? START : cursor(cursor);
        int size = Integer.parseInt(limit);
        return NotNow.orRead(service.page(verdict, after, size + 1)).map(found -> page(found, verdict, size));
    }

    @POST
    @Path("{order_id}/decision")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Decides an assessment in review",
            description = "The first decision counts. The same one again gives the same answer. "
                    + "A review whose order was cancelled meanwhile is not decided any more.")
    @APIResponse(responseCode = "200", description = "Decided, now or before")
    public Uni<Response> decide(
            @PathParam("order_id") String orderId,
            @HeaderParam("If-Match") @Nullable String ifMatch,
            @NotNull @Valid DecisionRequest request) {
        UUID id = orderId(orderId);
        Correlation.order(orderId);
        var command = new ReviewService.Command(
                id, decision(request), request.reason(), ifMatch == null ? null : version(ifMatch));
        return NotNow.orAnswer(service.decide(command))
                .invoke(outcome -> throwUnlessItStands(outcome, orderId))
                .chain(() -> NotNow.orRead(service.find(id)))
                .map(found -> answer(known(found, orderId)));
    }

    private static void throwUnlessItStands(ReviewService.Answer outcome, String orderId) {
        switch (outcome) {
            case ReviewService.Answer.Stands() -> {}
            case ReviewService.Answer.Unknown() -> throw unknown(orderId);
            case ReviewService.Answer.Stale() -> throw problem(412, "The assessment has changed");
            case ReviewService.Answer.Refused(var why) -> throw problem(409, why);
        }
    }

    private AssessmentView.Page page(List<AssessmentEntity> found, String verdict, int limit) {
        List<AssessmentEntity> shown = found.subList(0, Math.min(limit, found.size()));
        String next = found.size() > limit
                ? "/api/v1/assessments?verdict=%s&limit=%d&cursor=%s".formatted(verdict, limit, shown.getLast().orderId)
                : null;
        return new AssessmentView.Page(
                shown.stream()
                        .map(stored -> AssessmentView.of(stored, messages))
                        .toList(),
                next);
    }

    private Response answer(AssessmentEntity stored) {
        return Response.ok(AssessmentView.of(stored, messages)).tag(tag(stored)).build();
    }

    private static EntityTag tag(AssessmentEntity stored) {
        return new EntityTag(Long.toString(stored.version));
    }

    private static Review.Decision decision(DecisionRequest request) {
        return Review.Decision.valueOf(request.decision().toUpperCase(Locale.ROOT));
    }

    /** The version of an entity tag; {@code *} and anything that is none of ours: any, or one that never matches. */
    private static @Nullable Long version(String ifMatch) {
        if (ifMatch.strip().equals("*")) {
            return null;
        }
        var digits = VERSION.matcher(ifMatch.strip());
        return digits.matches() ? Long.parseLong(digits.group(1)) : -1L;
    }

    private static AssessmentEntity known(@Nullable AssessmentEntity found, String orderId) {
        if (found == null) {
            throw unknown(orderId);
        }
        return found;
    }

    private static UUID orderId(String text) {
        UUID id = uuid(text);
        if (id == null) {
            throw unknown(text);
        }
        return id;
    }

    private static UUID cursor(String text) {
        UUID id = uuid(text);
        if (id == null) {
            throw new HttpValidationProblem(
                    400,
                    "Constraint violation",
                    List.of(Violation.In.query.field("cursor").message("must be one of a next link")));
        }
        return id;
    }

    private static @Nullable UUID uuid(String text) {
        try {
            return text.length() == 36 ? UUID.fromString(text) : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static HttpProblem unknown(String orderId) {
        return problem(404, "No assessment of order " + orderId);
    }

    private static HttpProblem problem(int status, String detail) {
        Response.Status known = Response.Status.fromStatusCode(status);
        return HttpProblem.builder()
                .withTitle(known.getReasonPhrase())
                .withStatus(known)
                .withDetail(detail)
                .build();
    }
}
