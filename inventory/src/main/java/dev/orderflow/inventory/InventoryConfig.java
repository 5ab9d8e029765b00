package dev.orderflow.inventory;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** What can be set about inventory. */
@ConfigMapping(prefix = "inventory")
public interface InventoryConfig {

    /** How long stock is held for an order that is not placed yet; much longer than a caller tries to place it. */
    @WithDefault("15m")
    Duration reservationTtl();

    /**
     * How many gRPC calls may be at work or wait for a connection to the database; more are refused at once. Many more
     * than there are connections, and about as many as can be decided while their callers wait.
     */
    @WithDefault("256")
    int callsAtOnce();

    /** How long a client waits for its answer at most. What was begun is finished nevertheless. */
    @WithDefault("10s")
    Duration requestTimeout();

    /** How often holds that ended are given back; at most five seconds, which is what callers are promised. */
    @WithDefault("1s")
    Duration expiryInterval();

    /** How many of them in one transaction: few, because their products are locked meanwhile. */
    @WithDefault("100")
    int expiryBatch();

    /** How often what is past its time is deleted. */
    @WithDefault("10m")
    Duration cleanUpInterval();

    /**
     * How long a finished reservation is remembered: longer than topics keep the events that it has to recognise, with
     * their last segment, and as long as the inbox remembers them.
     */
    @WithDefault("10d")
    Duration reservationRetention();

    /** How long a repeated request gets the first one's answer. */
    @WithDefault("7d")
    Duration answerRetention();

    /** How often the number of holds is read for the metrics. */
    @WithDefault("10s")
    Duration metricsInterval();

    /** Whether products to try things with are there from the start; for local runs. */
    @WithDefault("false")
    boolean demoCatalogue();
}
