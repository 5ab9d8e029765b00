package dev.orderflow.inventory;

import static dev.orderflow.inventory.InventoryRepository.column;
import static dev.orderflow.inventory.InventoryRepository.expect;
import static dev.orderflow.inventory.InventoryRepository.price;
import static dev.orderflow.inventory.InventoryRepository.stream;

import dev.orderflow.inventory.Ledger.Product;
import dev.orderflow.inventory.domain.Money;
import dev.orderflow.inventory.domain.Stock;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.quarkus.hibernate.reactive.panache.PanacheRepositoryBase;
import io.quarkus.panache.common.Page;
import io.quarkus.panache.common.Sort;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Products: written in SQL on the transaction's connection, read as entities. */
@Singleton
class ProductRepository implements PanacheRepositoryBase<ProductEntity, UUID> {

    private static final Pattern UUID_TEXT =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

    /** A UUID in the one form that ids are written in, so that equal ids are equal texts. */
    static @Nullable UUID uuid(String text) {
        return UUID_TEXT.matcher(text).matches() ? UUID.fromString(text) : null;
    }

    /** Locks products, in the order of their ids. Those that do not exist are left out. */
    Uni<Map<String, Product>> lock(SqlConnection sql, Collection<String> productIds) {
        UUID[] ids = uuids(productIds);
        if (ids.length == 0) {
            return Uni.createFrom().item(Map.of());
        }
        return sql.preparedQuery("""
                        select id, name, unit_price, currency, on_hand, reserved, low_stock_threshold, sequence
                        from products where id = any($1::uuid[]) order by id for no key update""").execute(Tuple.of(ids)).map(rows -> stream(rows)
                .map(ProductRepository::product)
                .collect(Collectors.toMap(p -> p.stock().productId(), p -> p)));
    }

    /** Those of the texts that can be the id of a product. */
    static UUID[] uuids(Collection<String> productIds) {
        return productIds.stream()
                .filter(text -> UUID_TEXT.matcher(text).matches())
                .map(UUID::fromString)
                .distinct()
                .toArray(UUID[]::new);
    }

    private static Product product(Row row) {
        Stock stock = new Stock(
                row.getUUID("id").toString(),
                row.getLong("on_hand"),
                row.getLong("reserved"),
                price(row),
                row.getLong("low_stock_threshold"));
        return new Product(stock, row.getString("name"), row.getLong("sequence"));
    }

    /** Stores the stock of products that the caller has locked. The last statement: the hot rows are held shortest. */
    Uni<Void> saveStock(SqlConnection sql, List<Product> products) {
        if (products.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        Tuple columns = Tuple.tuple()
                .addArrayOfUUID(column(products, p -> UUID.fromString(p.stock().productId()))
                        .toArray(UUID[]::new))
                .addArrayOfLong(column(products, p -> p.stock().onHand()).toArray(Long[]::new))
                .addArrayOfLong(column(products, p -> p.stock().reserved()).toArray(Long[]::new))
                .addArrayOfLong(column(products, Product::sequence).toArray(Long[]::new));
        return sql.preparedQuery("""
                        update products p
                        set on_hand = n.on_hand, reserved = n.reserved, sequence = n.sequence, version = version + 1
                        from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[])
                             as n (id, on_hand, reserved, sequence)
                        where p.id = n.id""")
                .execute(columns)
                .invoke(rows -> expect(products.size(), rows.rowCount()))
                .replaceWithVoid();
    }

    /** Stores a new product; false when there is one with its id. */
    Uni<Boolean> create(SqlConnection sql, Product product) {
        Stock stock = product.stock();
        return sql.preparedQuery("""
                        insert into products (id, name, unit_price, currency, on_hand, low_stock_threshold, sequence)
                        values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing""")
                .execute(Tuple.tuple()
                        .addUUID(UUID.fromString(stock.productId()))
                        .addString(product.name())
                        .addLong(stock.unitPrice().minorUnits())
                        .addString(stock.unitPrice().currency().getCurrencyCode())
                        .addLong(stock.onHand())
                        .addLong(stock.lowThreshold())
                        .addLong(product.sequence()))
                .map(rows -> rows.rowCount() == 1);
    }

    /** Stores a price, which promises already made leave alone; false when nothing has this id and version. */
    Uni<Boolean> savePrice(SqlConnection sql, UUID id, Money price, @Nullable Long ifVersion) {
        return sql.preparedQuery("""
                        update products set unit_price = $2, currency = $3, version = version + 1
                        where id = $1 and version = coalesce($4, version)""")
                .execute(Tuple.of(id, price.minorUnits(), price.currency().getCurrencyCode(), ifVersion))
                .map(rows -> rows.rowCount() == 1);
    }

    /** A product as it stands in this transaction. */
    Uni<@Nullable ProductView> view(SqlConnection sql, UUID id) {
        return sql.preparedQuery("""
                        select id, name, unit_price, currency, on_hand, reserved, low_stock_threshold, version
                        from products where id = $1""")
                .execute(Tuple.of(id))
                .map(RowSet::iterator)
                .map(rows -> rows.hasNext() ? ProductView.of(rows.next()) : null);
    }

    /** A product as last committed. */
    Uni<@Nullable ProductEntity> read(UUID id) {
        return Panache.withSession(() -> findById(id));
    }

    /** Those of the products that there are. */
    Uni<List<ProductEntity>> read(Collection<String> productIds) {
        List<UUID> ids = List.of(uuids(productIds));
        return Panache.withSession(() -> list("id in ?1", ids));
    }

    /** The products that follow on {@code after}, the older first. */
    Uni<List<ProductEntity>> page(UUID after, int limit) {
        return Panache.withSession(() ->
                find("id > ?1", Sort.by("id"), after).page(Page.ofSize(limit)).list());
    }
}
