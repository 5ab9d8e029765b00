package dev.orderflow.messaging;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What can be seen from outside. Label values are bounded: consumers and reasons are written in code, never in records. */
@Singleton
class MessagingMetrics {

    static final String UNKNOWN_TYPE = "unknown type";

    private static final String CONSUMER = "consumer"; // the label of what a service has several of

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
    private final AtomicInteger owned = new AtomicInteger();
    private final AtomicInteger late = new AtomicInteger();
    private volatile Flow flow = new Flow(0, 0, 0, 0, 0, null);
    private volatile Supplier<@Nullable Long> lag = () -> null;

    MessagingMetrics(MeterRegistry registry) {
        this.registry = registry;
        latency = Timer.builder("outbox.latency")
                .description("from appending an event to its acknowledgement by Kafka")
                .serviceLevelObjectives(STEPS)
                .register(registry);
        FunctionCounter.builder("outbox.sent", latency, Timer::count)
                .description("events that Kafka has acknowledged")
                .register(registry);
        takeovers =
                counter("outbox.buckets.takeovers", "buckets that were taken, from another replica or at the start");
        evictions = counter("outbox.relay.evictions", "relays that did not answer and whose connection was ended");
        skipped = counter("outbox.records.skipped", "events that Kafka refused and an operator gave up");
        gauge("outbox.buckets.owned", "buckets that this replica sends of", m -> m.owned.get());
        gauge("outbox.records.late", "records that Kafka has not acknowledged for long", m -> m.late.get());
        gauge("outbox.unsent", "events that wait in the outbox", m -> m.flow.unsent());
        gauge(
                "outbox.unsent.age.seconds",
                "age of the oldest event that waits and is not behind a refused one",
                m -> m.flow.oldestUnsentSeconds());
        gauge("outbox.keys.blocked", "aggregates of which Kafka refuses an event", m -> m.flow.blockedKeys());
        gauge("inbox.keys.parked", "keys of which a record is parked", m -> m.flow.parkedKeys());
        gauge("inbox.lag", "records that this service's consumers have not applied yet", MessagingMetrics::lag);
        gauge("inbox.parked", "records that are parked", m -> m.flow.parked());
    }

    private Counter counter(String name, String description, String... tags) {
        return Counter.builder(name).description(description).tags(tags).register(registry);
    }

    private void gauge(String name, String description, ToDoubleFunction<MessagingMetrics> value) {
        Gauge.builder(name, this, value).description(description).register(registry);
    }

    private double lag() {
        Long records = lag.get();
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

    /** @param now asked whenever somebody looks; null while it is not known */
    void lag(Supplier<@Nullable Long> now) {
        lag = now;
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
        counter("inbox.applied", "records whose effects have happened", CONSUMER, consumer)
                .increment(records);
    }

    void duplicates(String consumer, int records) {
        counter("inbox.duplicates", "records that came again and were dropped", CONSUMER, consumer)
                .increment(records);
    }

    void ignored(String consumer, String reason, int records) {
        counter("inbox.ignored", "records without an effect, for a reason", CONSUMER, consumer, "reason", reason)
                .increment(records);
    }

    void retried(String consumer, int batches) {
        counter("inbox.retries", "batches that were tried again after a failure that passes", CONSUMER, consumer)
                .increment(batches);
    }

    void parked(String consumer, int records) {
        counter("inbox.records.parked", "records that were parked so far", CONSUMER, consumer)
                .increment(records);
    }

    void discarded(String consumer, int records) {
        counter("inbox.records.discarded", "parked records that an operator gave up", CONSUMER, consumer)
                .increment(records);
    }

    AtomicInteger stopped(String consumer) {
        AtomicInteger stopped = new AtomicInteger();
        Gauge.builder("inbox.stopped", stopped, AtomicInteger::get)
                .description("1 while the consumer takes no records until somebody looks at it")
                .tags(CONSUMER, consumer)
                .register(registry);
        return stopped;
    }
}
