package dev.orderflow.fraud;

import dev.orderflow.fraud.domain.AmountLimit;
import dev.orderflow.fraud.domain.FraudRules;
import dev.orderflow.fraud.domain.Rule;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Every rule there is, with the limits of the configuration. */
final class ConfiguredRules {

    /** In place of a currency: every one that is not named. Like any other key it has the default while nobody sets it. */
    private static final String OTHERWISE = "otherwise";

    @Produces
    @Singleton
    static FraudRules rules(FraudConfig config) {
        return new FraudRules(
                List.of(
                        new Rule.Blocklist(config.blocklist().points()),
                        amount(config.amount()),
                        velocity(config.velocity()),
                        quantity(config.quantity()),
                        new Rule.FirstOrder(
                                limit(config.firstOrder().high()),
                                config.firstOrder().points()),
                        new Rule.SharedContact(
                                config.contact().customers(), config.contact().points())),
                config.reviewFrom(),
                config.rejectFrom());
    }

    private static Rule amount(FraudConfig.Amount config) {
        return new Rule.Amount(
                limit(config.high()), config.highPoints(), limit(config.extreme()), config.extremePoints());
    }

    private static Rule velocity(FraudConfig.Velocity config) {
        return new Rule.Velocity(config.orders(), config.window(), config.points());
    }

    private static Rule quantity(FraudConfig.Quantity config) {
        return new Rule.Quantity(config.lineUnits(), config.factor(), config.historyOrders(), config.points());
    }

    private static AmountLimit limit(Map<String, BigDecimal> configured) {
        return new AmountLimit(Objects.requireNonNull(configured.get(OTHERWISE)), Map.copyOf(configured));
    }
}
