package dev.orderflow.order;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How the service behaves. Each duration must be much larger than the one before it. */
@ConfigMapping(prefix = "order")
interface OrderConfig {

    /** How long one gRPC call to inventory may take. */
    @WithDefault("2s")
    Duration callTimeout();

    /** How long a client waits for its answer at most. What was begun is finished nevertheless. */
    @WithDefault("10s")
    Duration requestTimeout();

    /** When an attempt that has not ended counts as dead and may be taken over. */
    @WithDefault("30s")
    Duration claimLease();

    /** An order is refused when its hold would end sooner than this: inventory has to hear of it before. */
    @WithDefault("60s")
    Duration holdMargin();

    /** When an order that is still pending is cancelled, counted from its placement. */
    @WithDefault("1h")
    Duration deadline();

    /** The same while a person reviews it. */
    @WithDefault("24h")
    Duration reviewDeadline();

    /** How often rows whose time has come are looked for. */
    @WithDefault("1s")
    Duration sweepInterval();

    /** How many rows one sweep takes at once; there is another sweep right away when all were taken. */
    @WithDefault("50")
    int sweepBatch();

    /** When the hold of a pending order is tried to be extended again after that failed. */
    @WithDefault("10s")
    Duration holdRetry();

    /** How often the age of the undecided orders is read for the metrics. */
    @WithDefault("10s")
    Duration metricsInterval();

    /** Key of the hash by which fraud recognises a contact without knowing it. Secret; changing it forgets them all. */
    @WithDefault("for-local-use-only")
    String contactKey();
}
