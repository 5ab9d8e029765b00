package dev.orderflow.notification;

import io.quarkus.hibernate.reactive.panache.PanacheRepositoryBase;
import io.quarkus.hibernate.reactive.panache.common.WithSession;
import io.quarkus.panache.common.Sort;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What is read of notifications. */
@ApplicationScoped
class NotificationQueries implements PanacheRepositoryBase<NotificationEntity, UUID> {

    /** Which ones; an absent part is not asked for. */
    record Filter(@Nullable String state, @Nullable String delivery) {}

    /** Those of one order, in the order in which they are told. */
    @WithSession
    Uni<List<NotificationEntity>> ofOrder(UUID orderId) {
        return find("orderId", Sort.by("number"), orderId).list();
    }

    /** At most {@code limit}, the latest first, from below the number {@code below}. */
    @WithSession
    Uni<List<NotificationEntity>> page(Filter filter, long below, int limit) {
        StringBuilder where = new StringBuilder("number < :below");
        Map<String, Object> values = new HashMap<>(Map.of("below", below));
        if (filter.state() != null) {
            where.append(" and occasion = :state");
            values.put("state", filter.state());
        }
        if (filter.delivery() != null) {
            where.append(" and delivery = :delivery");
            values.put("delivery", filter.delivery());
        }
        return find(where.toString(), Sort.descending("number"), values)
                .page(0, limit)
                .list();
    }
}
