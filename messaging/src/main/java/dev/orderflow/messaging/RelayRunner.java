package dev.orderflow.messaging;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;

/** Runs this replica's relay from the service's start to its end. */
@ApplicationScoped
class RelayRunner {

    private final Relay relay;
    private final Thread thread;

    RelayRunner(RelayParts parts, MessagingMetrics metrics, MessagingConfig config) {
        relay = new Relay(parts::reader, () -> parts.publisher(this::wake), metrics, config.poll());
        thread = new Thread(relay, "outbox-relay");
        thread.setDaemon(true);
    }

    void start(@Observes StartupEvent event) {
        thread.start();
    }

    /** Whether nothing is sent any more, for good. */
    boolean hasEnded() {
        return thread.getState() == Thread.State.TERMINATED;
    }

    void wake() {
        relay.wake();
    }

    /** Waits until what is under way is acknowledged and the lock is free, a few seconds at most. */
    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        relay.stop();
        thread.join(Duration.ofSeconds(10));
        thread.interrupt();
    }
}
