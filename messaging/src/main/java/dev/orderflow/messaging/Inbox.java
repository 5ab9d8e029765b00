package dev.orderflow.messaging;

import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.jboss.logging.Logger;

/**
 * Applies each event once, however often it is delivered: the mark that it was seen, its effects and what they publish
 * commit together.
 */
@ApplicationScoped
public class Inbox {

    /** What a consumer does with events. */
    @FunctionalInterface
    public interface Handler {
        /**
         * Applies events that were not seen before, events of one key in the order of their offsets, all in the given
         * transaction, which must not take longer than 30 s, nor leave its connection idle for 5 s. Events of different keys may be applied in several transactions
         * at once, by this replica and others: what they have in common has to be locked. A failure undoes the transaction;
         * one that is not transient makes the events be tried in ever smaller parts, and the culprit be parked.
         */
        Uni<Void> handle(Transaction transaction, List<Envelope> fresh);
    }

    private static final Logger LOG = Logger.getLogger(Inbox.class);
    private static final Duration LONGEST_END = Duration.ofSeconds(5);

    private final InboxParts parts;
    private final MessagingConfig config;
    private final InboxCare care;
    private final Map<String, BatchConsumer> consumers = new ConcurrentHashMap<>();

    Inbox(InboxParts parts, MessagingConfig config, InboxCare care) {
        this.parts = parts;
        this.config = config;
        this.care = care;
    }

    /**
     * Declares a consumer. To be called once, at start, before records arrive.
     *
     * @param name of the consumer, part of what makes a delivery known; the service's name
     * @param eventTypes those that it handles; others are acknowledged and counted
     */
    public Consumer consumer(String name, Set<String> eventTypes, Handler handler) {
        parts.metrics().consumer(name);
        ParkingLimit limit = new ParkingLimit(
                name,
                config.parkedPerMinute(),
                InstantSource.system(),
                parts.metrics().stopped(name));
        BatchConsumer consumer =
                new BatchConsumer(name, Set.copyOf(eventTypes), handler, parts, limit, Connections.LONGEST_TRANSACTION);
        if (consumers.putIfAbsent(name, consumer) != null) {
            throw new IllegalStateException("there is a consumer " + name + " already");
        }
        return batch -> care.prepared().chain(() -> consumer.receive(batch));
    }

    /**
     * Counts an event that a handler left without an effect, on purpose; reasons are few and written in code. To be called
     * {@linkplain Transaction#afterCommit after the commit}.
     */
    public void ignored(String consumer, String reason) {
        parts.metrics().ignored(consumer, reason, 1);
    }

    /** Before anything else ends: what was begun commits and is acknowledged; what comes now comes again elsewhere. */
    void stop(@Observes @Priority(Interceptor.Priority.LIBRARY_BEFORE) ShutdownEvent event)
            throws InterruptedException {
        consumers.values().forEach(BatchConsumer::leave);
        for (BatchConsumer consumer : consumers.values()) {
            if (!consumer.awaitEnd(LONGEST_END)) {
                LOG.warnf(
                        "not waited for any longer, it will come again: a transaction of consumer %s", consumer.name());
            }
        }
    }

    Map<String, BatchConsumer> consumers() {
        return consumers;
    }

    /** A declared consumer, to be fed by the service's channels. */
    public interface Consumer {
        /**
         * Applies a batch. Completes when it may be acknowledged and never fails: while the database is away it tries
         * again, what can never be applied is parked.
         */
        Uni<Void> receive(ConsumerRecords<byte[], byte[]> batch);
    }
}
