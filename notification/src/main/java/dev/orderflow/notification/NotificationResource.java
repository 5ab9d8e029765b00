package dev.orderflow.notification;

import dev.orderflow.messaging.Correlation;
import dev.orderflow.messaging.NotNow;
import dev.orderflow.notification.NotificationQueries.Filter;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import jakarta.validation.constraints.Pattern;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Notifications over HTTP, for reading. Every error is a problem (RFC 9457) with the trace id. */
@Path("/api/v1")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "notifications", description = "What customers were told, or will be.")
class NotificationResource {

    private static final String ID = "\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}";
    private static final String LIMIT = "[1-9][0-9]?|100";
    private static final String CURSOR = "[0-9]{1,18}";
    private static final String STATES = "placed|confirmed|cancelled|low_stock";
    private static final String DELIVERIES = "waiting|sent|skipped|failed";

    private final NotificationQueries notifications;

    NotificationResource(NotificationQueries notifications) {
        this.notifications = notifications;
    }

    /** A notification as a client sees it. */
    @RegisterForReflection
    @Schema(name = "Notification")
    record NotificationBody(
            UUID notificationId,

            @Schema(description = "Absent when it is not about an order.") @Nullable
            UUID orderId,

            @Schema(
                    description = "What it tells of.",
                    enumeration = {"placed", "confirmed", "cancelled", "low_stock"})
            String state,

            @Schema(enumeration = {"email"}) String channel,

            @Schema(
                    description = "Whether it was sent.",
                    enumeration = {"waiting", "sent", "skipped", "failed"})
            String delivery,

            @Schema(description = "Why it was skipped or failed.", examples = "no_contact") @Nullable
            String reason,

            @Schema(description = "Masked.", examples = "a***@example.com") @Nullable
            String recipient,

            int attempts,
            Instant createdAt,
            @Nullable Instant finishedAt) {

        static NotificationBody of(NotificationEntity stored) {
            return new NotificationBody(
                    stored.id,
                    stored.orderId,
                    stored.occasion,
                    "email",
                    stored.delivery,
                    stored.reason,
                    stored.recipient,
                    stored.attempt,
                    stored.createdAt,
                    stored.finishedAt);
        }
    }

    /** One page. */
    @RegisterForReflection
    @Schema(name = "Notifications")
    record PageBody(
            List<NotificationBody> notifications,

            @Schema(description = "Where the next page is; absent on the last one.") @Nullable
            String next) {}

    @GET
    @Path("/orders/{order_id}/notifications")
    @Operation(
            summary = "What was told about an order",
            description = "In the order in which it is told. Empty as long as there is nothing to tell, "
                    + "and for an order that does not exist: orders are known elsewhere.")
    @APIResponse(responseCode = "200", description = "All of them, one for each state that the order has reached")
    public Uni<PageBody> ofOrder(@PathParam("order_id") String orderId) {
        if (!orderId.matches(ID)) {
            throw Problems.noSuchOrder();
        }
        Correlation.order(orderId);
        return NotNow.orRead(notifications.ofOrder(UUID.fromString(orderId)))
                .map(found ->
                        new PageBody(found.stream().map(NotificationBody::of).toList(), null));
    }

    @GET
    @Path("/notifications")
    @Operation(summary = "Notifications, the latest first")
    @APIResponse(responseCode = "200", description = "A page")
    public Uni<PageBody> page(
            @QueryParam("state") @Nullable @Pattern(regexp = STATES, message = "must be one of " + STATES) String state,
            @QueryParam("delivery") @Nullable @Pattern(regexp = DELIVERIES, message = "must be one of " + DELIVERIES)
                    String delivery,
            @QueryParam("limit") @DefaultValue("50") @Pattern(regexp = LIMIT, message = "must be from 1 to 100")
                    String limit,
            @QueryParam("cursor") @Nullable @Pattern(regexp = CURSOR, message = "must be one of a next link")
                    String cursor) {
        Filter filter = new Filter(state, delivery);
        int size = Integer.parseInt(limit);
        long below = cursor == null ? Long.MAX_VALUE : Long.parseLong(cursor);
        // One more than asked for tells whether there is another page.
        return NotNow.orRead(notifications.page(filter, below, size + 1)).map(found -> page(found, filter, size));
    }

    private static PageBody page(List<NotificationEntity> found, Filter filter, int limit) {
        List<NotificationEntity> shown = found.subList(0, Math.min(limit, found.size()));
        String next = found.size() > limit
                ? "/api/v1/notifications?limit=" + limit
                        + (filter.state() == null ? "" : "&state=" + filter.state())
                        + (filter.delivery() == null ? "" : "&delivery=" + filter.delivery())
                        + "&cursor=" + shown.getLast().number
                : null;
        return new PageBody(shown.stream().map(NotificationBody::of).toList(), next);
    }
}
