package dev.orderflow.inventory;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.orderflow.inventory.domain.Money;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.vertx.mutiny.sqlclient.Row;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A product as answers show it. */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
record ProductView(
        UUID productId,
        String name,

        @Schema(examples = "49.99") String price,
        @Schema(examples = "USD") String currency,

        @Schema(description = "Units in the house, promised ones included")
        long onHand,

        @Schema(description = "Units that are promised to orders")
        long reserved,

        @Schema(description = "Units that the next order can have")
        long available,

        @Schema(description = "With fewer available units an event inventory.low_stock is published, once") @Nullable
        Long lowStockThreshold,

        @JsonIgnore long version) {

    /** A page of products. */
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Page(
            List<ProductView> items,

            @Schema(description = "Path of the following page; absent on the last") @Nullable
            String next) {}

    static ProductView of(ProductEntity product) {
        return of(product.id, product.name, product.price(), product.onHand, product.reserved)
                .with(product.lowStockThreshold, product.version);
    }

    static ProductView of(Row row) {
        return of(
                        row.getUUID("id"),
                        row.getString("name"),
                        InventoryRepository.price(row),
                        row.getLong("on_hand"),
                        row.getLong("reserved"))
                .with(row.getLong("low_stock_threshold"), row.getLong("version"));
    }

    private static ProductView of(UUID id, String name, Money price, long onHand, long reserved) {
        return new ProductView(
                id,
                name,
                price.amount(),
                price.currency().getCurrencyCode(),
                onHand,
                reserved,
                onHand - reserved,
                null,
                0);
    }

    private ProductView with(@Nullable Long threshold, long changes) {
        return new ProductView(productId, name, price, currency, onHand, reserved, available, threshold, changes);
    }
}
