package dev.orderflow.fraud;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orderflow.fraud.domain.CustomerHistory;
import dev.orderflow.fraud.domain.Money;
import dev.orderflow.fraud.domain.OrderFacts;
import dev.orderflow.fraud.domain.Verdict;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the service does as it comes. */
class ConfiguredRulesTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    @ParameterizedTest
    @CsvSource({
        // total, currency, units, confirmed orders, orders in the minute before
        "   349.90, USD,   1,  0,  0, CLEARED",
        "  1999.99, USD,   1,  0, 19, CLEARED",
        "    10.00, USD,   1,  3, 500, CLEARED", // fast alone is no reason
        "  9999.99, USD,   1,  3,  0, CLEARED", // nor is much alone
        "  5000.00, USD,   1,  0,  0, REVIEW",
        "  5000.00, USD,   1,  3, 20, REVIEW",
        "  2000.00, USD, 100,  0,  0, REVIEW",
        "    10.00, USD, 100,  3, 20, REVIEW",
        " 10000.00, USD,   1,  3,  0, REJECTED",
        " 99999.00, EUR,   1,  3,  0, REJECTED",
        "   699999, JPY,   1,  3, 20, CLEARED",
        "   700000, JPY,   1,  3, 20, REVIEW",
        "  1400000, JPY,   1,  3,  0, REJECTED",
    })
    void byDefault(String total, String currency, long units, long confirmed, int before, Verdict expected)
            throws IOException {
        assertEquals(expected, verdict(Map.of(), Money.of(total, currency), units, confirmed, before));
    }

    @Test
    void otherwiseIsForTheCurrenciesThatAreNotNamed() throws IOException {
        Map<String, String> changed =
                Map.of("fraud.amount.extreme.otherwise", "300", "fraud.amount.extreme.EUR", "20000");

        assertEquals(Verdict.REJECTED, verdict(changed, Money.of("300.00", "USD"), 1, 3, 0));
        assertEquals(Verdict.CLEARED, verdict(changed, Money.of("299.99", "USD"), 1, 3, 0));
        assertEquals(Verdict.CLEARED, verdict(changed, Money.of("19999.99", "EUR"), 1, 3, 0));
    }

    private static Verdict verdict(Map<String, String> changed, Money total, long units, long confirmed, int before)
            throws IOException {
        FraudConfig config = new SmallRyeConfigBuilder()
                .withConverter(Duration.class, 200, new DurationConverter())
                .withMapping(FraudConfig.class)
                .withSources(
                        new PropertiesConfigSource(ConfiguredRulesTest.class.getResource("/application.properties")))
                .withSources(new PropertiesConfigSource(changed, "changed", 1000))
                .withValidateUnknown(false)
                .build()
                .getConfigMapping(FraudConfig.class);
        var order = new OrderFacts(UUID.randomUUID(), "alice", null, total, List.of(units), NOON);
        // A thousand units an order, so that no quantity here is unusual for the customer.
        var customer = new CustomerHistory(confirmed, confirmed * 1000, Collections.nCopies(before, NOON), 0, false);
        return ConfiguredRules.rules(config).assess(order, customer).verdict();
    }
}
