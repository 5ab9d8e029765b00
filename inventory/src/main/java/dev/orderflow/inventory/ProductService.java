package dev.orderflow.inventory;

import dev.orderflow.inventory.AnswerRepository.Answer;
import dev.orderflow.inventory.Ledger.Product;
import dev.orderflow.inventory.domain.Money;
import dev.orderflow.messaging.Cause;
import dev.orderflow.messaging.Outbox;
import dev.orderflow.messaging.Transaction;
import dev.orderflow.messaging.TransientFailure;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Changes products. The only place with transactions over them, apart from what reservations do to their stock. */
@Singleton
class ProductService {

    private final Outbox outbox;
    private final ProductRepository products;
    private final AnswerRepository answers;
    private final InventoryMessages messages;

    ProductService(Outbox outbox, ProductRepository products, AnswerRepository answers, InventoryMessages messages) {
        this.outbox = outbox;
        this.products = products;
        this.answers = answers;
        this.messages = messages;
    }

    /** A request that has its effect once: who repeats the key and the request gets the first answer. */
    record Request(String key, String fingerprint, Cause cause) {}

    /** Puts a product into the catalogue, and its first units on the shelf. */
    Uni<Answer> create(Request request, Product product) {
        UUID id = UUID.fromString(product.stock().productId());
        return once(request, 201, tx -> add(tx, request.cause(), product).replaceWith(id));
    }

    /** Puts a product into the catalogue unless it is there; tells whether it was not. */
    Uni<Boolean> createOnce(Cause cause, Product product) {
        return outbox.transaction(tx -> add(tx, cause, product));
    }

    private Uni<Boolean> add(Transaction tx, Cause cause, Product product) {
        long units = product.stock().onHand();
        Product told = units == 0 ? product : new Product(product.stock(), product.name(), 1);
        return products.create(tx.sql(), told)
                .chain(created -> created && units > 0
                        ? tellRestocked(tx, cause, told, units).replaceWith(true)
                        : Uni.createFrom().item(created));
    }

    /** Puts more units of a product on the shelf. */
    Uni<Answer> restock(Request request, UUID id, long quantity) {
        String productId = id.toString();
        return once(request, 200, tx -> products.lock(tx.sql(), List.of(productId))
                .chain(found -> restock(tx, request.cause(), found.get(productId), quantity))
                .replaceWith(id));
    }

    private Uni<Void> restock(Transaction tx, Cause cause, @Nullable Product product, long quantity) {
        if (product == null) {
            throw Problems.unknownProduct();
        }
        if (!product.stock().hasRoomFor(quantity)) {
            throw Problems.tooMuchStock();
        }
        Product restocked = product.restocked(quantity);
        return tellRestocked(tx, cause, restocked, quantity)
                .chain(() -> products.saveStock(tx.sql(), List.of(restocked)));
    }

    private Uni<Void> tellRestocked(Transaction tx, Cause cause, Product product, long quantity) {
        return InventoryRepository.now(tx.sql())
                .chain(now -> tx.append(cause, List.of(messages.restocked(product, quantity, now))));
    }

    /** Prices a product anew; what was promised before keeps its price. */
    Uni<ProductView> price(UUID id, Money price, @Nullable Long ifVersion) {
        return outbox.transaction(tx -> products.savePrice(tx.sql(), id, price, ifVersion)
                        .chain(saved -> products.view(tx.sql(), id).map(found -> {
                            if (found == null) {
                                throw Problems.unknownProduct();
                            }
                            if (!saved) {
                                throw Problems.changed();
                            }
                            return found;
                        })))
                .onFailure(TransientFailure::is)
                .transform(failure -> Problems.databaseUnavailable());
    }

    /** A refusal undoes the transaction and with it the claim on the key: it is not an effect, and is decided afresh. */
    private Uni<Answer> once(Request request, int status, Function<Transaction, Uni<UUID>> effect) {
        return outbox.transaction(tx -> answers.claim(tx.sql(), request.key(), request.fingerprint())
                        .chain(stored -> {
                            if (stored == null) {
                                return effect.apply(tx).chain(id -> answer(tx, request, status, id));
                            }
                            if (!stored.fingerprint().equals(request.fingerprint())) {
                                throw Problems.otherRequest();
                            }
                            return Uni.createFrom().item(stored.answer());
                        }))
                .onFailure(TransientFailure::is)
                .transform(failure -> Problems.databaseUnavailable());
    }

    private Uni<Answer> answer(Transaction tx, Request request, int status, UUID id) {
        return products.view(tx.sql(), id).chain(view -> {
            if (view == null) {
                throw new IllegalStateException("no product " + id);
            }
            Answer answer = new Answer(status, id, view.version(), messages.text(view), false);
            return answers.save(tx.sql(), request.key(), answer);
        });
    }

    Uni<ProductView> find(UUID id) {
        return products.read(id)
                .onFailure(TransientFailure::is)
                .transform(failure -> Problems.databaseUnavailable())
                .map(found -> {
                    if (found == null) {
                        throw Problems.unknownProduct();
                    }
                    return ProductView.of(found);
                });
    }

    Uni<List<ProductView>> page(UUID after, int limit) {
        return products.page(after, limit)
                .onFailure(TransientFailure::is)
                .transform(failure -> Problems.databaseUnavailable())
                .map(found -> found.stream().map(ProductView::of).toList());
    }
}
