package dev.orderflow.analytics;

import io.quarkus.hibernate.reactive.panache.Panache;
import io.quarkus.hibernate.reactive.panache.PanacheQuery;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads what was counted and logged. No query reads more than a page. */
@ApplicationScoped
class Figures {

    static final List<String> ORDER_EVENTS = List.of("order.placed", "order.confirmed", "order.cancelled");

    /** All of them: a row per type and detail. */
    Uni<List<TotalEntity>> totals() {
        return TotalEntity.listAll();
    }

    /** The figures of orders of the first {@code size} minutes of the span in which something happened. */
    Uni<List<MinuteEntity>> minutes(Instant from, Instant to, int size) {
        return Panache.getSession()
                .chain(session -> session.createQuery(
                                "select distinct m.minute from MinuteEntity m where m.minute >= ?1 and m.minute < ?2"
                                        + " and m.eventType in ?3 order by m.minute",
                                Instant.class)
                        .setParameter(1, from)
                        .setParameter(2, to)
                        .setParameter(3, ORDER_EVENTS)
                        .setMaxResults(size)
                        .getResultList())
                .chain(minutes -> MinuteEntity.list(
                        "minute in ?1 and eventType in ?2 order by minute, eventType, detail", minutes, ORDER_EVENTS));
    }

    Uni<List<ProductEntity>> products(ProductSort sort, ProductSort.@Nullable Position after, int size) {
        PanacheQuery<ProductEntity> found = after == null
                ? ProductEntity.find(sort.order())
                : ProductEntity.find(sort.next(), after.value(), after.productId());
        return found.page(0, size).list();
    }

    Uni<List<ProductRevenueEntity>> revenues(List<UUID> productIds) {
        return ProductRevenueEntity.list("productId in ?1 order by productId, currency", productIds);
    }

    /** The events of an order as they came, or those of all orders with the latest first. */
    Uni<List<EventEntity>> events(@Nullable UUID orderId, @Nullable String type, @Nullable Long after, int size) {
        boolean oldestFirst = orderId != null;
        StringBuilder condition = new StringBuilder("1 = 1");
        Map<String, Object> parameters = new HashMap<>();
        if (orderId != null) {
            condition.append(" and orderId = :order");
            parameters.put("order", orderId);
        }
        if (type != null) {
            condition.append(" and eventType = :type");
            parameters.put("type", type);
        }
        if (after != null) {
            condition.append(oldestFirst ? " and id > :after" : " and id < :after");
            parameters.put("after", after);
        }
        condition.append(oldestFirst ? " order by id" : " order by id desc");
        return EventEntity.<EventEntity>find(condition.toString(), parameters)
                .page(0, size)
                .list();
    }
}
