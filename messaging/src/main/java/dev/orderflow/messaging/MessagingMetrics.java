package dev.orderflow.messaging;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** What can be seen from outside. Label values are bounded: consumers and reasons are written in code, never in records. */
@Singleton
class MessagingMetrics {

    static final String UNKNOWN_TYPE = "unknown type";

    private static final Duration[] STEPS = {
        Duration.ofMillis(5),
        Duration.ofMillis(25),
        Duration.ofMillis(100),
        Duration.ofSeconds(1),
        Duration.ofMinutes(1)
    };

    private final MeterRegistry registry;
    private final Timer latency;
    private final Counter takeovers;
    private final Counter evictions;
    private final Counter skipped;
    private final AtomicInteger owned;
    private final AtomicInteger late;
    private volatile Flow flow = new Flow(0, 0, 0, 0, 0, null);

    MessagingMetrics(MeterRegistry registry) {
        this.registry = registry;
        latency = Timer.builder("outbox.latency")
                .description("from appending an event to its acknowledgement by Kafka")
                .serviceLevelObjectives(STEPS)
                .register(registry);
        FunctionCounter.builder("outbox.sent", latency, Timer::count).register(registry);
        takeovers = registry.counter("outbox.buckets.takeovers");
        evictions = registry.counter("outbox.relay.evictions");
        skipped = registry.counter("outbox.records.skipped");
        owned = registry.gauge("outbox.buckets.owned", new AtomicInteger());
        late = registry.gauge("outbox.records.late", new AtomicInteger());
        registry.gauge("outbox.unsent", this, m -> m.flow.unsent());
        registry.gauge("outbox.unsent.age.seconds", this, m -> m.flow.oldestUnsentSeconds());
        registry.gauge("outbox.keys.blocked", this, m -> m.flow.blockedKeys());
        registry.gauge("inbox.keys.parked", this, m -> m.flow.parkedKeys());
        registry.gauge("inbox.lag", this, MessagingMetrics::lag);
        registry.gauge("inbox.parked", this, m -> m.flow.parked());
    }

    private double lag() {
        Long records = flow.lag();
        return records == null ? Double.NaN : records;
    }

    void owned(int buckets) {
        owned.set(buckets);
    }

    void late(int records) {
        late.set(records);
    }

    void takeovers(int buckets) {
        takeovers.increment(buckets);
    }

    void evictions(int relays) {
        evictions.increment(relays);
    }

    void skipped(int records) {
        skipped.increment(records);
    }

    void sent(List<Duration> fromAppendToAcknowledgement) {
        fromAppendToAcknowledgement.forEach(latency::record);
    }

    void flow(Flow now) {
        flow = now;
    }

    /** Counts from zero on: what has never happened can be told from what nobody counts. */
    void consumer(String name) {
        applied(name, 0);
        duplicates(name, 0);
        ignored(name, UNKNOWN_TYPE, 0);
        retried(name, 0);
        parked(name, 0);
        discarded(name, 0);
    }

    void applied(String consumer, int records) {
        registry.counter("inbox.applied", "consumer", consumer).increment(records);
    }

    void duplicates(String consumer, int records) {
        registry.counter("inbox.duplicates", "consumer", consumer).increment(records);
    }

    void ignored(String consumer, String reason, int records) {
        registry.counter("inbox.ignored", "consumer", consumer, "reason", reason)
                .increment(records);
    }

    void retried(String consumer, int batches) {
        registry.counter("inbox.retries", "consumer", consumer).increment(batches);
    }

    void parked(String consumer, int records) {
        registry.counter("inbox.records.parked", "consumer", consumer).increment(records);
    }

    void discarded(String consumer, int records) {
        registry.counter("inbox.records.discarded", "consumer", consumer).increment(records);
    }

    AtomicInteger stopped(String consumer) {
        return registry.gauge("inbox.stopped", List.of(Tag.of("consumer", consumer)), new AtomicInteger());
    }
}
