package dev.orderflow.fraud;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithDefaults;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The limits of the rules and what they count. As it comes, an ordinary order is cleared, one of 10,000 or more is
 * rejected, and a person looks at it only when two rules or more apply.
 */
@ConfigMapping(prefix = "fraud")
public interface FraudConfig {

    /** The score from which a person has to look at the order. */
    @WithDefault("50")
    @Min(1)
    @Max(100)
    int reviewFrom();

    /** The score from which the order is rejected without one. */
    @WithDefault("90")
    @Min(1)
    @Max(100)
    int rejectFrom();

    Amount amount();

    FirstOrder firstOrder();

    Velocity velocity();

    Quantity quantity();

    Contact contact();

    Blocklist blocklist();

    Retention retention();

    /** What an order's total says. */
    interface Amount {
        /**
         * Totals from which an amount is high, by currency in its major unit; {@code otherwise} is for the currencies that
         * are not named.
         */
        @WithDefaults
        @WithDefault("5000")
        Map<String, BigDecimal> high();

        /** What a high total adds to the score. */
        @WithDefault("30")
        @Min(0)
        @Max(100)
        int highPoints();

        /** Totals from which an order is taken from nobody, by currency as above. */
        @WithDefaults
        @WithDefault("10000")
        Map<String, BigDecimal> extreme();

        /** What an extreme total adds to the score. */
        @WithDefault("100")
        @Min(0)
        @Max(100)
        int extremePoints();
    }

    /** What it says that the customer never had an order confirmed. */
    interface FirstOrder {
        /** Totals from which a first order is suspicious, by currency in its major unit; the default is for the others. */
        @WithDefaults
        @WithDefault("2000")
        Map<String, BigDecimal> high();

        /** What such a first order adds to the score. */
        @WithDefault("25")
        @Min(0)
        @Max(100)
        int points();
    }

    /** What it says that orders come fast. */
    interface Velocity {
        /** Orders of one customer that the window may hold before the next is suspicious. */
        @WithDefault("20")
        @Min(1)
        @Max(1000)
        int orders();

        /** The window, which ends with the order that is assessed and goes by when orders were placed. */
        @WithDefault("1m")
        Duration window();

        /** What too many orders add to the score. */
        @WithDefault("30")
        @Min(0)
        @Max(100)
        int points();
    }

    /** What it says that somebody buys very many. */
    interface Quantity {
        /** Units in one line that are suspicious, whoever buys them. */
        @WithDefault("100")
        @Min(1)
        long lineUnits();

        /** How many times the customer's average units an order may have. */
        @WithDefault("10")
        @Min(1)
        long factor();

        /** Confirmed orders that the customer must have before there is an average to compare with. */
        @WithDefault("5")
        @Min(1)
        long historyOrders();

        /** What an unusual quantity adds to the score. */
        @WithDefault("25")
        @Min(0)
        @Max(100)
        int points();
    }

    /** What it says that many customers have the same contact. */
    interface Contact {
        /** Different customers on one contact that are suspicious. */
        @WithDefault("5")
        @Min(2)
        @Max(1000)
        int customers();

        /** What a shared contact adds to the score. */
        @WithDefault("30")
        @Min(0)
        @Max(100)
        int points();
    }

    /** Who may not buy. */
    interface Blocklist {
        /** Customer ids, in addition to the table {@code blocked_customers}. */
        Optional<Set<String>> customers();

        /** What being on the list adds to the score. */
        @WithDefault("100")
        @Min(0)
        @Max(100)
        int points();
    }

    /** How long things are kept. Each should exceed the topic's retention, or a replay could assess an order again. */
    interface Retention {
        /** Assessments, counted from when they were made; one that is in review stays until it is decided or its order is. */
        @WithDefault("400d")
        Duration assessments();

        /** Customers, counted from their last order: afterwards, they are new. */
        @WithDefault("800d")
        Duration customers();

        /** That a customer gave a contact, counted from the last order with it. */
        @WithDefault("90d")
        Duration contacts();

        /** How often outdated rows are looked for. */
        @WithDefault("10m")
        Duration every();
    }
}
