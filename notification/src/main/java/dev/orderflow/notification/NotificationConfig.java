package dev.orderflow.notification;

import dev.orderflow.notification.domain.Patience;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.time.Duration;
import java.util.Optional;

@ConfigMapping(prefix = "notification")
interface NotificationConfig {

    /** Whom messages come from; its domain is also that of the Message-IDs. */
    @WithDefault("orderflow <orders@orderflow.example>")
    String from();

    /** Who is told when a product runs short. Without it nobody is. */
    Optional<String> operatorEmail();

    /** How often the sender looks for due notifications; new ones wake it anyway. */
    @WithDefault("1s")
    Duration sendInterval();

    /** How many notifications are worked on at once. */
    @WithDefault("20")
    int sendBatch();

    /** When an attempt that has not ended counts as dead and another may begin. Much longer than both timeouts together. */
    @WithDefault("60s")
    Duration sendLease();

    /** How long the mail server may take for one message. */
    @WithDefault("20s")
    Duration sendTimeout();

    /** How long one call to the order service may take. */
    @WithDefault("2s")
    Duration callTimeout();

    /** How long to wait after a first failed attempt; it doubles with each. */
    @WithDefault("1s")
    Duration retryFirst();

    /** How long to wait at most: how late a message is after an outage, however long that was. */
    @WithDefault("1m")
    Duration retryLongest();

    /** How old a notification may become before it is given up. */
    @WithName("max-age")
    @WithDefault("3d")
    Duration maxAge();

    /**
     * How long a finished notification is remembered. It is what keeps an event from being told twice, so this is longer
     * than topics keep events and the inbox remembers them.
     */
    @WithDefault("90d")
    Duration retention();

    /** How often what is past its time is deleted. */
    @WithDefault("10m")
    Duration cleanUpInterval();

    default Patience patience() {
        return new Patience(retryFirst(), retryLongest(), maxAge());
    }
}
