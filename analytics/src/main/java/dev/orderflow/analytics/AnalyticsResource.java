package dev.orderflow.analytics;

import dev.orderflow.messaging.NotNow;
import io.quarkiverse.resteasy.problem.HttpProblem;
import io.quarkiverse.resteasy.problem.validation.HttpValidationProblem;
import io.quarkiverse.resteasy.problem.validation.Violation;
import io.smallrye.mutiny.Uni;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** HTTP → what is asked for. Reads only; figures lag behind the orders by as long as their events take. */
@Path("/api/v1/analytics")
@Produces(MediaType.APPLICATION_JSON)
@Tag(
        name = "Analytics",
        description = "Figures over everything that happened, and the log of events that they are made of.")
class AnalyticsResource {

    private static final String PATH = "/api/v1/analytics/";
    private static final String NUMBER = "[1-9][0-9]{0,2}|1000";
    private static final String NOT_A_NUMBER = "must be a number from 1 to 1000";

    private final AnalyticsService service;

    AnalyticsResource(AnalyticsService service) {
        this.service = service;
    }

    @GET
    @Path("summary")
    @Operation(summary = "Orders, revenue by currency and events by type since the beginning")
    public Uni<Views.Summary> summary() {
        return read(Figures::totals).map(Answers::summary);
    }

    @GET
    @Path("minutes")
    @Operation(
            summary = "Orders and revenue minute by minute, by when it happened",
            description = "Minutes in which nothing happened to an order are left out. Without a span: the last hour.")
    public Uni<Views.Page<Views.Minute>> minutes(
            @QueryParam("from") @Nullable @Parameter(description = "RFC 3339; its minute is part of the span")
                    String from,
            @QueryParam("to") @Nullable @Parameter(description = "RFC 3339; its minute is not") String to,
            @QueryParam("limit")
                    @DefaultValue("100")
                    @Pattern(regexp = NUMBER, message = NOT_A_NUMBER)
                    @Parameter(schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "1000"))
                    String limit) {
        Instant until = to == null ? Instant.now().plus(1, ChronoUnit.MINUTES) : instant("to", to);
        Instant end = until.truncatedTo(ChronoUnit.MINUTES);
        Instant start =
                (from == null ? end.minus(Duration.ofHours(1)) : instant("from", from)).truncatedTo(ChronoUnit.MINUTES);
        if (start.isAfter(end)) {
            throw violation("from", "must not be after to");
        }
        return read(figures -> figures.minutes(start, end, size(limit) + 1))
                .map(rows -> page(Answers.minutes(rows), limit, last -> "minutes?from=%s&to=%s"
                        .formatted(last.minute().plus(1, ChronoUnit.MINUTES), end)));
    }

    @GET
    @Path("products")
    @Operation(summary = "Units and revenue product by product, the most first")
    public Uni<Views.Page<Views.Product>> products(
            @QueryParam("sort")
                    @DefaultValue("units_confirmed")
                    @Pattern(
                            regexp = "units_(confirmed|ordered|cancelled|restocked)|low_stock|name",
                            message =
                                    "must be units_confirmed, units_ordered, units_cancelled, units_restocked, low_stock or name")
                    String sort,
            @QueryParam("limit")
                    @DefaultValue("100")
                    @Pattern(regexp = NUMBER, message = NOT_A_NUMBER)
                    @Parameter(schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "1000"))
                    String limit,
            @QueryParam("cursor") @Nullable String cursor) {
        ProductSort by = ProductSort.of(sort);
        var after = cursor == null ? null : cursor(() -> by.position(cursor));
        return read(figures -> figures.products(by, after, size(limit) + 1).chain(products -> {
            var page = page(products, limit, last -> "products?sort=%s&cursor=%s".formatted(sort, by.cursor(last)));
            return withRevenues(figures, page);
        }));
    }

    private <T> Uni<T> read(Function<Figures, Uni<T>> question) {
        return NotNow.orRead(service.read(question));
    }

    private static Uni<Views.Page<Views.Product>> withRevenues(Figures figures, Views.Page<ProductEntity> page) {
        return figures.revenues(page.items().stream().map(row -> row.productId).toList())
                .map(revenues -> {
                    Map<UUID, List<ProductRevenueEntity>> byProduct =
                            revenues.stream().collect(Collectors.groupingBy(row -> row.productId));
                    return new Views.Page<>(
                            page.items().stream()
                                    .map(row -> Answers.product(row, byProduct.getOrDefault(row.productId, List.of())))
                                    .toList(),
                            page.next());
                });
    }

    @GET
    @Path("events")
    @Operation(
            summary = "The log of events",
            description = "With order_id: those of that order, as they were received. Otherwise the latest first.")
    public Uni<Views.Page<Views.Event>> events(
            @QueryParam("order_id") @Nullable String orderId,
            @QueryParam("type")
                    @Nullable
                    @Size(max = 100)
                    @Pattern(regexp = "[a-z_.]+", message = "must be an event type")
                    String type,
            @QueryParam("limit")
                    @DefaultValue("100")
                    @Pattern(regexp = NUMBER, message = NOT_A_NUMBER)
                    @Parameter(schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "1000"))
                    String limit,
            @QueryParam("cursor") @Nullable String cursor) {
        UUID order = orderId == null ? null : orderId(orderId);
        Long after = cursor == null ? null : cursor(() -> Long.valueOf(cursor));
        return read(figures -> figures.events(order, type, after, size(limit) + 1))
                .map(rows -> {
                    var page = page(rows, limit, last -> nextEvents(order, type, last.id));
                    return new Views.Page<>(
                            page.items().stream().map(Answers::event).toList(), page.next());
                });
    }

    private static String nextEvents(@Nullable UUID orderId, @Nullable String type, long cursor) {
        return "events?cursor=" + cursor
                + (orderId == null ? "" : "&order_id=" + orderId)
                + (type == null ? "" : "&type=" + URLEncoder.encode(type, StandardCharsets.UTF_8));
    }

    /** What was found beyond the page's size only tells that there is a next one. */
    private static <T> Views.Page<T> page(List<T> found, String limit, Function<T, String> next) {
        int size = size(limit);
        if (found.size() <= size) {
            return new Views.Page<>(found, null);
        }
        List<T> items = found.subList(0, size);
        return new Views.Page<>(items, PATH + next.apply(items.getLast()) + "&limit=" + size);
    }

    private static int size(String limit) {
        return Integer.parseInt(limit);
    }

    /** Years of four digits, as RFC 3339 has them: beyond those the database ends before Java does. */
    private static Instant instant(String name, String text) {
        try {
            if (text.length() > 40 || !text.matches("\\d{4}-.*")) {
                throw violation(name, "must be a time as RFC 3339 has it");
            }
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            throw violation(name, "must be a time as RFC 3339 has it");
        }
    }

    private static UUID orderId(String text) {
        try {
            if (text.length() == 36) {
                return UUID.fromString(text);
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw violation("order_id", "must be an order's id");
    }

    private static <T> T cursor(Supplier<T> read) {
        try {
            return read.get();
        } catch (IllegalArgumentException e) {
            throw violation("cursor", "must be one of a next link");
        }
    }

    /** As the validation of the other parameters answers. */
    private static HttpProblem violation(String parameter, String message) {
        return new HttpValidationProblem(
                400,
                "Constraint violation",
                List.of(Violation.In.query.field(parameter).message(message)));
    }
}
