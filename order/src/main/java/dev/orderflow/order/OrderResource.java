package dev.orderflow.order;

import dev.orderflow.messaging.Cause;
import dev.orderflow.messaging.Correlation;
import dev.orderflow.order.OrderMessages.OrderBody;
import dev.orderflow.order.OrderMessages.PageBody;
import io.quarkiverse.resteasy.problem.HttpProblem;
import io.quarkiverse.resteasy.problem.validation.Violation;
import io.smallrye.mutiny.Uni;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestHeader;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** Orders over HTTP. Every error is a problem (RFC 9457) with the trace id. */
@Path("/api/v1")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "orders")
class OrderResource {

    /** Whose the idempotency keys are. There is one caller as long as callers do not authenticate. */
    private static final String CALLER = "anonymous";

    private static final int MAX_PAGE = 100;

    private final OrderAcceptance acceptance;
    private final OrderQueries orders;
    private final OrderMessages messages;
    private final OrderConfig config;

    OrderResource(OrderAcceptance acceptance, OrderQueries orders, OrderMessages messages, OrderConfig config) {
        this.acceptance = acceptance;
        this.orders = orders;
        this.messages = messages;
        this.config = config;
    }

    @POST
    @Path("/orders")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Place an order",
            description =
                    "Its stock is held and it is durable when this answers; fraud and delivery come later. "
                            + "The same Idempotency-Key gets the same answer, a refusal included: a new decision needs a new key.")
    @APIResponse(
            responseCode = "201",
            description = "Placed",
            content =
                    @Content(
                            schema = @Schema(implementation = OrderBody.class),
                            examples = @ExampleObject(name = "placed", ref = "PlacedOrder")))
    @APIResponse(responseCode = "400", ref = "Malformed")
    @APIResponse(responseCode = "409", ref = "Conflict")
    @APIResponse(responseCode = "413", ref = "TooLarge")
    @APIResponse(responseCode = "415", ref = "NotJson")
    @APIResponse(responseCode = "422", ref = "Impossible")
    @APIResponse(responseCode = "503", ref = "NotNow")
    @APIResponse(responseCode = "504", ref = "TooSlow")
    public Uni<Response> place(
            @RestHeader("Idempotency-Key") @Schema(required = true) List<String> keys,
            @RestHeader(Correlation.HEADER) @Schema(hidden = true) String correlationId,
            @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            schema = @Schema(implementation = OrderRequest.class),
                                            examples = @ExampleObject(name = "order", ref = "OrderRequest")))
                    @NotNull
                    @Valid
                    OrderRequest request) {
        var key = key(keys);
        var lines = request.lines();
        if (lines.stream().anyMatch(line -> line.quantity() > OrderRequest.MAX_QUANTITY)) {
            throw Problems.violation(
                    Violation.In.body,
                    "items",
                    "must be at most " + OrderRequest.MAX_QUANTITY + " pieces of a product");
        }
        var customer = request.customerId();
        var contact = request.contactOrNone();
        var submission = new Submission(
                CALLER,
                key,
                messages.fingerprint(customer, lines, contact),
                customer,
                lines,
                contact,
                Cause.ofRequest(correlationId),
                Problems.traceId());
        return answered(acceptance.place(submission).map(OrderResource::response), Problems::tooSlow);
    }

    @GET
    @Path("/orders/{id}")
    @Operation(summary = "Read an order")
    @APIResponse(
            responseCode = "200",
            description = "The order; its ETag is its version",
            content =
                    @Content(
                            schema = @Schema(implementation = OrderBody.class),
                            examples = {
                                @ExampleObject(name = "pending", ref = "PlacedOrder"),
                                @ExampleObject(name = "cancelled", ref = "CancelledOrder")
                            }))
    @APIResponse(responseCode = "304", description = "Still the one of If-None-Match")
    @APIResponse(responseCode = "404", ref = "NotFound")
    @APIResponse(responseCode = "503", ref = "NotReadNow")
    @APIResponse(responseCode = "504", ref = "TooSlowToRead")
    public Uni<Response> order(@RestPath String id, @RestHeader("If-None-Match") @Nullable String known) {
        var orderId = uuid(id);
        Correlation.order(id);
        return answered(
                orders.order(orderId).map(found -> {
                    if (found == null) {
                        throw Problems.notFound("order");
                    }
                    var tag = "\"" + found.version + "\"";
                    return (matches(known, tag) ? Response.notModified() : Response.ok(messages.order(found.order())))
                            .header(HttpHeaders.ETAG, tag)
                            .build();
                }),
                Problems::tooSlowToRead);
    }

    @GET
    @Path("/customers/{id}/orders")
    @Operation(summary = "List a customer's orders, the latest first")
    @APIResponse(
            responseCode = "200",
            description = "One page",
            content =
                    @Content(
                            schema = @Schema(implementation = PageBody.class),
                            examples = @ExampleObject(name = "page", ref = "OrderPage")))
    @APIResponse(responseCode = "400", ref = "Malformed")
    @APIResponse(responseCode = "503", ref = "NotReadNow")
    @APIResponse(responseCode = "504", ref = "TooSlowToRead")
    public Uni<Response> orders(
            @RestPath @jakarta.validation.constraints.Pattern(regexp = OrderRequest.CUSTOMER_ID) String id,
            @RestQuery @Nullable String cursor,
            @RestQuery @DefaultValue("20") @Schema(type = SchemaType.INTEGER, minimum = "1") String limit) {
        var size = pageSize(limit);
        var before = cursor == null ? null : cursor(cursor);
        // One more than asked for: it tells whether there is a next page.
        return answered(
                orders.ofCustomer(id, before, size + 1)
                        .map(found -> Response.ok(page(found, id, size)).build()),
                Problems::tooSlowToRead);
    }

    /** In time, and with a problem for what is expected to go wrong: only a bug is thrown. */
    private Uni<Response> answered(Uni<Response> response, Supplier<HttpProblem> tooSlow) {
        // Remembered, so that what was begun is finished although the client is gone or was told to come again.
        return response.memoize()
                .indefinitely()
                .ifNoItem()
                .after(config.requestTimeout())
                .failWith(tooSlow)
                .onFailure()
                .transform(Problems::of)
                .onFailure(HttpProblem.class)
                .recoverWithItem(Problems::response);
    }

    /** If-None-Match compares weakly. */
    private static boolean matches(@Nullable String known, String tag) {
        return known != null
                && Stream.of(known.split(",", -1))
                        .map(it -> it.strip().replaceFirst("^W/", ""))
                        .anyMatch(it -> it.equals("*") || it.equals(tag));
    }

    private PageBody page(List<OrderEntity> found, String customerId, int size) {
        var shown = found.subList(0, Math.min(size, found.size()));
        var next = found.size() > size
                ? "/api/v1/customers/" + URLEncoder.encode(customerId, StandardCharsets.UTF_8) + "/orders?limit=" + size
                        + "&cursor=" + shown.getLast().id
                : null;
        return new PageBody(shown.stream().map(it -> messages.order(it.order())).toList(), next);
    }

    private static Response response(Answer answer) {
        var placed = answer.status() == 201;
        var response = Response.status(answer.status())
                .type(placed ? MediaType.APPLICATION_JSON_TYPE : HttpProblem.MEDIA_TYPE)
                .entity(answer.body());
        if (placed) {
            response.location(URI.create("/api/v1/orders/" + answer.orderId())).header(HttpHeaders.ETAG, "\"1\"");
        }
        if (answer.replayed()) {
            response.header("Idempotency-Replayed", "true");
        }
        return response.build();
    }

    private static IdempotencyKey key(List<String> headers) {
        if (headers.size() != 1) {
            throw Problems.violation(Violation.In.header, "Idempotency-Key", "must be there, once");
        }
        return IdempotencyKey.parse(headers.getFirst())
                .orElseThrow(() -> Problems.violation(
                        Violation.In.header, "Idempotency-Key", "must be 1 to 255 visible ASCII characters"));
    }

    /** Read here, because the framework answers 404 to a parameter that is no number. */
    private static int pageSize(String limit) {
        if (!limit.matches("[1-9][0-9]{0,8}")) {
            throw Problems.violation(Violation.In.query, "limit", "must be a number, 1 or more");
        }
        return Math.min(Integer.parseInt(limit), MAX_PAGE);
    }

    private static UUID uuid(String id) {
        return Ids.parse(id).orElseThrow(() -> Problems.notFound("order"));
    }

    private static UUID cursor(String cursor) {
        return Ids.parse(cursor)
                .orElseThrow(
                        () -> Problems.violation(Violation.In.query, "cursor", "must be one that a page has given"));
    }
}
