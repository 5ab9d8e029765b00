package dev.orderflow.inventory;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.NoArgGenerator;
import dev.orderflow.inventory.AnswerRepository.Answer;
import dev.orderflow.inventory.Ledger.Product;
import dev.orderflow.inventory.ProductRequests.NewPrice;
import dev.orderflow.inventory.ProductRequests.NewProduct;
import dev.orderflow.inventory.ProductRequests.Restock;
import dev.orderflow.inventory.ProductService.Request;
import dev.orderflow.inventory.domain.Stock;
import dev.orderflow.messaging.Correlation;
import io.quarkiverse.resteasy.problem.validation.Violation;
import io.smallrye.mutiny.Uni;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** HTTP → what is asked for; answer → status code. Its methods are public because others are not served. */
@Path("/api/v1/products")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Products", description = "The catalogue, its prices and its stock.")
class ProductResource {

    private static final UUID START = new UUID(0, 0);
    private static final int MAX_PAGE = 200;

    private final NoArgGenerator ids = Generators.timeBasedEpochGenerator();
    private final ProductService service;
    private final InventoryConfig config;

    ProductResource(ProductService service, InventoryConfig config) {
        this.service = service;
        this.config = config;
    }

    @GET
    @Operation(summary = "The catalogue, the oldest product first")
    @APIResponse(
            responseCode = "200",
            description = "A page; next is the path of the following one, absent on the last",
            content =
                    @Content(
                            schema = @Schema(implementation = ProductView.Page.class),
                            examples = @ExampleObject(name = "page", ref = "ProductPage")))
    @APIResponse(responseCode = "400", ref = "Malformed")
    @APIResponse(responseCode = "503", ref = "NotNow")
    @APIResponse(responseCode = "504", ref = "TooSlow")
    public Uni<ProductView.Page> list(
            @QueryParam("limit") @DefaultValue("50") @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "200")
                    String limit,
            @QueryParam("cursor") @Nullable String cursor) {
        int size = pageSize(limit);
        return inTime(service.page(cursor(cursor), size + 1).map(found -> page(found, size)));
    }

    @GET
    @Path("{product_id}")
    @Operation(summary = "A product, with its version as ETag")
    @APIResponse(
            responseCode = "200",
            description = "The product",
            content =
                    @Content(
                            schema = @Schema(implementation = ProductView.class),
                            examples = @ExampleObject(name = "product", ref = "Product")))
    @APIResponse(responseCode = "304", description = "Still the version of If-None-Match")
    @APIResponse(responseCode = "404", ref = "NotFound")
    @APIResponse(responseCode = "503", ref = "NotNow")
    @APIResponse(responseCode = "504", ref = "TooSlow")
    public Uni<Response> read(@PathParam("product_id") String productId, @Context jakarta.ws.rs.core.Request request) {
        return inTime(service.find(id(productId)).map(view -> {
            Response.ResponseBuilder unchanged = request.evaluatePreconditions(tag(view.version()));
            return unchanged == null ? answer(view) : unchanged.build();
        }));
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Adds a product", description = "With the same Idempotency-Key it is added once.")
    @APIResponse(
            responseCode = "201",
            description = "Added, now or by the first request with this key",
            content =
                    @Content(
                            schema = @Schema(implementation = ProductView.class),
                            examples = @ExampleObject(name = "product", ref = "Product")))
    @APIResponse(responseCode = "400", ref = "Malformed")
    @APIResponse(responseCode = "413", ref = "TooLarge")
    @APIResponse(responseCode = "415", ref = "NotJson")
    @APIResponse(responseCode = "422", ref = "KeyReused")
    @APIResponse(responseCode = "503", ref = "NotNow")
    @APIResponse(responseCode = "504", ref = "TooSlow")
    public Uni<Response> create(
            @HeaderParam("Idempotency-Key") @Nullable String key,
            @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            schema = @Schema(implementation = NewProduct.class),
                                            examples = @ExampleObject(name = "request", ref = "NewProduct")))
                    @NotNull
                    @Valid
                    NewProduct product) {
        Stock stock = new Stock(
                ids.generate().toString(),
                product.onHand(),
                0,
                ProductRequests.price(product.price(), product.currency()),
                product.lowStockThreshold());
        return inTime(service.create(
                        request(key, "create " + product),
                        new Product(stock, product.name().strip(), 0))
                .map(ProductResource::answer));
    }

    @PUT
    @Path("{product_id}/price")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Prices a product anew",
            description = "Orders and reservations keep the price that they were promised.")
    @APIResponse(
            responseCode = "200",
            description = "The product with its new price",
            content =
                    @Content(
                            schema = @Schema(implementation = ProductView.class),
                            examples = @ExampleObject(name = "product", ref = "Product")))
    @APIResponse(responseCode = "400", ref = "Malformed")
    @APIResponse(responseCode = "404", ref = "NotFound")
    @APIResponse(responseCode = "412", ref = "Changed")
    @APIResponse(responseCode = "413", ref = "TooLarge")
    @APIResponse(responseCode = "415", ref = "NotJson")
    @APIResponse(responseCode = "503", ref = "NotNow")
    @APIResponse(responseCode = "504", ref = "TooSlow")
    public Uni<Response> price(
            @PathParam("product_id") String productId,
            @HeaderParam("If-Match") @Nullable String ifMatch,
            @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            schema = @Schema(implementation = NewPrice.class),
                                            examples = @ExampleObject(name = "request", ref = "NewPrice")))
                    @NotNull
                    @Valid
                    NewPrice price) {
        return inTime(
                service.price(id(productId), ProductRequests.price(price.price(), price.currency()), version(ifMatch))
                        .map(ProductResource::answer));
    }

    @POST
    @Path("{product_id}/restock")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Puts more units on the shelf", description = "With the same Idempotency-Key it is done once.")
    @APIResponse(
            responseCode = "200",
            description = "The product as it was right after",
            content =
                    @Content(
                            schema = @Schema(implementation = ProductView.class),
                            examples = @ExampleObject(name = "product", ref = "Product")))
    @APIResponse(responseCode = "400", ref = "Malformed")
    @APIResponse(responseCode = "404", ref = "NotFound")
    @APIResponse(responseCode = "413", ref = "TooLarge")
    @APIResponse(responseCode = "415", ref = "NotJson")
    @APIResponse(responseCode = "422", ref = "Impossible")
    @APIResponse(responseCode = "503", ref = "NotNow")
    @APIResponse(responseCode = "504", ref = "TooSlow")
    public Uni<Response> restock(
            @PathParam("product_id") String productId,
            @HeaderParam("Idempotency-Key") @Nullable String key,
            @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            schema = @Schema(implementation = Restock.class),
                                            examples = @ExampleObject(name = "request", ref = "Restock")))
                    @NotNull
                    @Valid
                    Restock restock) {
        UUID id = id(productId);
        return inTime(service.restock(request(key, "restock %s %s".formatted(id, restock)), id, restock.quantity())
                .map(ProductResource::answer));
    }

    private <T> Uni<T> inTime(Uni<T> answer) {
        // Remembered, so that what was begun is finished although the client is gone or was told to come again.
        return answer.memoize()
                .indefinitely()
                .ifNoItem()
                .after(config.requestTimeout())
                .failWith(Problems::tooSlow);
    }

    /** Read here, because the framework answers 404 to a parameter that is no number. */
    private static int pageSize(String limit) {
        int size = limit.matches("[0-9]{1,3}") ? Integer.parseInt(limit) : 0;
        if (size < 1 || size > MAX_PAGE) {
            throw Problems.violation(Violation.In.query, "limit", "must be a number between 1 and " + MAX_PAGE);
        }
        return size;
    }

    private static Request request(@Nullable String key, String content) {
        return new Request(IdempotencyKeys.required(key), IdempotencyKeys.fingerprint(content), Correlation.cause());
    }

    private static ProductView.Page page(List<ProductView> found, int limit) {
        List<ProductView> shown = found.subList(0, Math.min(limit, found.size()));
        String next = found.size() > limit
                ? "/api/v1/products?limit=%d&cursor=%s"
                        .formatted(limit, shown.getLast().productId())
                : null;
        return new ProductView.Page(shown, next);
    }

    private static Response answer(ProductView view) {
        return Response.ok(view).tag(tag(view.version())).build();
    }

    private static Response answer(Answer answer) {
        Response.ResponseBuilder response =
                Response.status(answer.status()).entity(answer.body()).tag(tag(answer.version()));
        if (answer.status() == Response.Status.CREATED.getStatusCode()) {
            response.location(URI.create("/api/v1/products/" + answer.productId()));
        }
        if (answer.replayed()) {
            response.header("Idempotency-Replayed", "true");
        }
        return response.build();
    }

    private static EntityTag tag(long version) {
        return new EntityTag(Long.toString(version));
    }

    /** The version of an entity tag; {@code *}: any that there is; a tag that is none of ours: one that never matches. */
    private static @Nullable Long version(@Nullable String ifMatch) {
        if (ifMatch == null || ifMatch.strip().equals("*")) {
            return null;
        }
        var ours = java.util.regex.Pattern.compile("\"([0-9]{1,18})\"").matcher(ifMatch.strip());
        return ours.matches() ? Long.valueOf(ours.group(1)) : Long.valueOf(-1);
    }

    private static UUID id(String text) {
        UUID id = ProductRepository.uuid(text);
        if (id == null) {
            throw Problems.unknownProduct();
        }
        return id;
    }

    private static UUID cursor(@Nullable String text) {
        UUID id = text == null ? START : ProductRepository.uuid(text);
        if (id == null) {
            throw Problems.violation(Violation.In.query, "cursor", "is none of a next link");
        }
        return id;
    }
}
