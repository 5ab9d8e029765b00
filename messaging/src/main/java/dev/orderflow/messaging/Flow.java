package dev.orderflow.messaging;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.quarkus.runtime.annotations.RegisterForReflection;
import org.jspecify.annotations.Nullable;

/**
 * How messages flow through this service right now. Numbers of rows are exact up to 10,000; above that they are estimates
 * that are never less.
 *
 * @param unsent events that are not yet on Kafka
 * @param oldestUnsentSeconds age of the oldest of them that does not wait because of a refused one; 0 when there is
 *     none
 * @param blockedKeys keys of which Kafka, or the limit of a record's size, refused an event: it and those behind it wait
 * @param parkedKeys keys of which a record could not be applied
 * @param parked those records and the ones behind them
 * @param lag records on Kafka that the service, all replicas together, has yet to acknowledge, as of a few seconds ago;
 *     null when Kafka has told nothing for half a minute
 */
@RegisterForReflection
public record Flow(
        @JsonProperty("unsent") long unsent,
        @JsonProperty("oldest_unsent_seconds") double oldestUnsentSeconds,
        @JsonProperty("blocked_keys") long blockedKeys,
        @JsonProperty("parked_keys") long parkedKeys,
        @JsonProperty("parked") long parked,
        @JsonProperty("lag") @Nullable Long lag) {}
