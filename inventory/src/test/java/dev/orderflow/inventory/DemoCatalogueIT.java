package dev.orderflow.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orderflow.dev.TestServers;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(TestServers.class)
@WithTestResource(GrpcPort.class)
class DemoCatalogueIT {

    private static final String ANY = "01980000-0000-7000-8000-%";
    private static final String SCARCE = "01980000-0000-7000-8000-000000000003";

    @Inject
    DemoCatalogue catalogue;

    @Test
    void isNotThereUnlessAskedForAndIsLoadedOnce() {
        try (Stockroom stockroom = new Stockroom()) {
            assertEquals(0, count(stockroom));

            int added = catalogue.load().await().indefinitely();

            assertTrue(added >= 20);
            assertEquals(added, count(stockroom));
            assertTrue(stockroom
                    .reserve(Stockroom.newId(), Stockroom.line(SCARCE, 3))
                    .hasReserved());
            assertTrue(stockroom
                    .reserve(Stockroom.newId(), Stockroom.line(SCARCE, 1))
                    .hasInsufficientStock());

            int again = catalogue.load().await().indefinitely();

            assertEquals(0, again);
            assertEquals(3, stockroom.reserved(SCARCE));
        }
    }

    private static long count(Stockroom stockroom) {
        return stockroom.number("select count(*) from products where id::text like ?", ANY);
    }
}
