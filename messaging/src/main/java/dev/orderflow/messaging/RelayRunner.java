package dev.orderflow.messaging;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;

/** Runs this replica's relay, unless it is turned off, from the service's start to its end. */
@ApplicationScoped
class RelayRunner {

    private static final Duration SHORTEST_POLL = Duration.ofMillis(100);
    private static final Duration LONGEST_POLL = Duration.ofSeconds(2);

    private final Relay relay;
    private final Thread thread;
    private final boolean enabled;

    RelayRunner(RelayParts parts, MessagingMetrics metrics, MessagingConfig config) {
        if (config.poll().compareTo(SHORTEST_POLL) < 0 || config.poll().compareTo(LONGEST_POLL) > 0) {
            throw new IllegalArgumentException("messaging.poll is %s and must be between %s and %s"
                    .formatted(config.poll(), SHORTEST_POLL, LONGEST_POLL));
        }
        relay = new Relay(parts, metrics, config.poll());
        enabled = config.relay();
        thread = new Thread(relay, "outbox-relay");
        thread.setDaemon(true);
    }

    void start(@Observes StartupEvent event) {
        if (enabled) {
            thread.start();
        }
    }

    /** Whether nothing is sent any more, for good. */
    boolean hasEnded() {
        return thread.getState() == Thread.State.TERMINATED;
    }

    /** There are new rows in these buckets. */
    void wake(Buckets buckets) {
        relay.wake(buckets);
    }

    /** Waits until what is under way is acknowledged and its buckets are free, a few seconds at most. */
    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        if (enabled) { // a thread that never ran cannot be waited for
            relay.stop();
            thread.join(Duration.ofSeconds(10));
            thread.interrupt();
        }
    }
}
