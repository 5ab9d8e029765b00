package dev.orderflow.messaging;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Map;

/** What a service says about its messages. */
@ConfigMapping(prefix = "messaging")
public interface MessagingConfig {

    /** The topic of the service's own events; one that publishes nothing needs none. */
    @WithDefault("none")
    String topic();

    /** Who publishes them, the {@code ce_source} of each. */
    @WithDefault("/none")
    String source();

    /** Largest record that is accepted, key and headers included; below the broker's and the producer's limit of 1 MiB. */
    @WithDefault("1000000")
    int maxRecordBytes();

    /**
     * Whether this service sends what it appends. When it does not, something else reads the events from the database's log,
     * such as Debezium: then an append deletes its row in the same transaction, and the table stays empty.
     */
    @WithDefault("true")
    boolean relay();

    /** How often a relay looks for rows that nobody told it of: those of other replicas, those of a crash; 0.1 to 2 s. */
    @WithDefault("1s")
    Duration poll();

    /** How long a transaction waits for a connection when all of the pool are in use; then it fails, for now. */
    @WithDefault("30s")
    Duration connectionWait();

    /**
     * How many may wait for a connection at once. One more fails right away, for now: behind so many others it would only
     * get its turn after whoever asked has gone.
     */
    @WithDefault("256")
    int connectionQueue();

    /** After how long without a word the database is given up; more than any statement or transaction may take, 30 s. */
    @WithDefault("40s")
    Duration databaseSilence();

    /** How long a seen event is remembered after its receipt; longer than any topic keeps it, and at least 10 days. */
    @WithDefault("10d")
    Duration inboxKeep();

    /** How many records a consumer may park in a minute before it stops: more is a bad deployment, not bad records. */
    @WithDefault("50")
    int parkedPerMinute();

    /** The share of traces that is recorded, decided where each begins and kept to by everybody after that. */
    @WithDefault("1.0")
    double tracesRatio();

    /**
     * What the key of a record stands for, by event type: the span attribute that holds it. The types that are not named
     * have an order's id.
     */
    Map<String, String> keyAttributes();
}
