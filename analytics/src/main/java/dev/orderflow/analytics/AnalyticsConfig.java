package dev.orderflow.analytics;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How long things are kept; totals and products are kept for ever. */
@ConfigMapping(prefix = "analytics")
public interface AnalyticsConfig {

    Retention retention();

    /** How long things are kept. */
    interface Retention {
        /** Days that an event stays in the log, counted from its receipt; whole days are dropped. */
        @WithDefault("90d")
        Duration events();

        /** How long the figures of a minute are kept. */
        @WithDefault("400d")
        Duration minutes();

        /** How often outdated rows are looked for and the log's next days are prepared. */
        @WithDefault("1h")
        Duration every();
    }
}
