package dev.orderflow.messaging;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** A relay at work, until it is closed. */
final class RelayThread implements AutoCloseable {

    final Relay relay;
    private final Assembly assembly;
    private final Thread thread;

    RelayThread(RelayParts parts, Assembly assembly) {
        this.assembly = assembly;
        relay = new Relay(parts, assembly.metrics, Duration.ofSeconds(1));
        thread = new Thread(relay, "relay");
        thread.start();
    }

    void awaitOwner() throws InterruptedException {
        await(() -> assembly.registry.get("outbox.buckets.owned").gauge().value() > 0);
    }

    void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            Thread.sleep(20);
        }
    }

    @Override
    public void close() {
        relay.stop();
        try {
            thread.join(Duration.ofSeconds(15));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
