package dev.orderflow.inventory;

import dev.orderflow.inventory.Ledger.Product;
import dev.orderflow.inventory.domain.Money;
import dev.orderflow.inventory.domain.Stock;
import dev.orderflow.messaging.Cause;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Products to try the system with, in local runs only. Their ids never change, so that a command can be printed that
 * orders one: {@code …0001} is cheap and plentiful, {@code …0002} is so expensive that an order of it is taken for
 * fraud, and of {@code …0003} there are three.
 */
@Singleton
class DemoCatalogue {

    private static final Logger LOG = Logger.getLogger(DemoCatalogue.class);

    private static final List<Product> PRODUCTS = List.of(
            product(1, "Stoneware mug, 350 ml", "12.90", 1_000_000, 1000L),
            product(2, "Tourbillon wristwatch, rose gold", "48500.00", 25, 2L),
            product(3, "Hand-thrown vase, signed edition", "89.00", 3, 2L),
            product(4, "Pour-over coffee dripper", "24.50", 50_000, 200L),
            product(5, "Whole-bean coffee, 1 kg", "18.75", 80_000, 500L),
            product(6, "Gooseneck kettle, 1 l", "64.00", 12_000, 100L),
            product(7, "Burr grinder, manual", "79.90", 8_000, 80L),
            product(8, "Linen tea towel, set of 3", "21.00", 40_000, 200L),
            product(9, "Cast-iron skillet, 26 cm", "54.95", 9_000, 90L),
            product(10, "Chef's knife, 20 cm", "118.00", 6_000, 60L),
            product(11, "End-grain cutting board", "96.50", 4_000, 40L),
            product(12, "Sourdough starter kit", "29.90", 15_000, 150L),
            product(13, "Beeswax candle, pair", "16.20", 60_000, 300L),
            product(14, "Wool throw, 130 x 170 cm", "139.00", 5_000, 50L),
            product(15, "Oak step stool", "149.00", 3_000, 30L),
            product(16, "Desk lamp, brass", "189.00", 2_500, 25L),
            product(17, "Fountain pen, medium nib", "72.00", 7_000, 70L),
            product(18, "Dot-grid notebook, A5", "14.40", 90_000, 500L),
            product(19, "Record player, belt drive", "429.00", 1_200, 12L),
            product(20, "Espresso machine, dual boiler", "1649.00", 400, 8L));

    private final InventoryConfig config;
    private final ProductService service;

    DemoCatalogue(InventoryConfig config, ProductService service) {
        this.config = config;
        this.service = service;
    }

    void start(@Observes StartupEvent event) {
        if (config.demoCatalogue()) {
            load().onFailure()
                    .retry()
                    .withBackOff(Duration.ofSeconds(1), Duration.ofSeconds(10))
                    .atMost(10)
                    .subscribe()
                    .with(
                            added -> LOG.infof("demo catalogue: %d products added", added),
                            failure -> LOG.warnf("demo catalogue not loaded: %s", failure));
        }
    }

    /** Adds what is missing, and leaves alone what is there, whatever became of it; tells how many it added. */
    Uni<Integer> load() {
        return Multi.createFrom()
                .iterable(PRODUCTS)
                .onItem()
                .transformToUniAndConcatenate(product -> service.createOnce(Cause.ofRequest("demo-catalogue"), product))
                .filter(added -> added)
                .collect()
                .asList()
                .map(List::size);
    }

    private static Product product(int number, String name, String price, long onHand, Long lowThreshold) {
        String id = "01980000-0000-7000-8000-%012d".formatted(number);
        return new Product(new Stock(id, onHand, 0, Money.of(price, "USD"), lowThreshold), name, 0);
    }
}
