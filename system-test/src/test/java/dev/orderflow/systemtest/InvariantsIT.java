package dev.orderflow.systemtest;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The checker of the other tests sees what is wrong: one row is spoilt, and it says so. */
@ExtendWith(OrderflowExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InvariantsIT {

    private final Orderflow system;
    private String order = "";
    private Runnable undo = () -> {};

    InvariantsIT(Orderflow system) {
        this.system = system;
    }

    @BeforeAll
    void oneOrder() {
        system.start();
        order = system.placed(Orderflow.order("customer-" + UUID.randomUUID(), system.product("5.00", 10), 1));
        Invariants.check(system);
    }

    @AfterEach
    void repair() {
        undo.run();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            order        | orders       | id       | state = 'CANCELLED', cancel_reason = 'STOCK_LOST' | state = 'CONFIRMED', cancel_reason = null | disagree
            order        | orders       | id       | sequence = sequence + 1  | sequence = sequence - 1  | not all published
            order        | orders       | id       | total = total + 1        | total = total - 1        | revenue
            inventory    | reservations | order_id | state = 'RELEASED'       | state = 'COMMITTED'      | does not add up
            notification | notification | order_id | sequence = 0             | sequence = 1             | not all published
            notification | notification | order_id | delivery = 'skipped'     | delivery = 'sent'        | and not there
            """)
    void seesASpoiltRow(String service, String table, String key, String spoil, String repair, String says) {
        var database = system.database(service);
        var update = "update " + table + " set %s where " + key + " = '" + order + "'";
        undo = () -> database.execute(update.formatted(repair));
        database.execute(update.formatted(spoil));

        assertSays(says);
    }

    @Test
    void seesAFigureThatIsNoSum() {
        var database = system.database("analytics");
        var update = "update totals set events = events %s 1 where event_type = 'order.placed'";
        undo = () -> database.execute(update.formatted("-"));
        database.execute(update.formatted("+"));

        assertSays("added up");
    }

    @Test
    void seesANotificationThatIsMissing() {
        var database = system.database("notification");
        var update = "update notification set occasion = '%s' where occasion = '%s' and order_id = '" + order + "'";
        undo = () -> database.execute(update.formatted("confirmed", "cancelled"));
        database.execute(update.formatted("cancelled", "confirmed"));

        assertSays("not told");
    }

    private void assertSays(String text) {
        var said = assertThrows(AssertionError.class, () -> Invariants.check(system));
        assertTrue(String.valueOf(said.getMessage()).contains(text), said::getMessage);
    }
}
