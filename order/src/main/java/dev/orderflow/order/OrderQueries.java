package dev.orderflow.order;

import io.quarkus.hibernate.reactive.panache.PanacheRepositoryBase;
import io.quarkus.hibernate.reactive.panache.common.WithSession;
import io.quarkus.panache.common.Page;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What clients read. */
@ApplicationScoped
class OrderQueries implements PanacheRepositoryBase<OrderEntity, UUID> {

    /** Nothing when there is no such order. */
    @WithSession
    Uni<@Nullable OrderEntity> order(UUID id) {
        return findById(id);
    }

    /** A customer's orders, the latest first, from the one that comes after {@code before}. */
    @WithSession
    Uni<List<OrderEntity>> ofCustomer(String customerId, @Nullable UUID before, int limit) {
        var found = before == null
                ? find("customerId = ?1 order by id desc", customerId)
                : find("customerId = ?1 and id < ?2 order by id desc", customerId, before);
        return found.page(Page.ofSize(limit)).list();
    }
}
