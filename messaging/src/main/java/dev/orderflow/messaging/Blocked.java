package dev.orderflow.messaging;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.unchecked.Unchecked;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Events that Kafka refuses, one of an aggregate: those behind it wait. An operator may skip one; it is then kept aside as
 * a record of what no consumer will see, as long as inbox marks are.
 */
@Singleton
class Blocked {

    private static final Logger LOG = Logger.getLogger(Blocked.class);

    private static final String LIST = """
            select id, event_id, type, topic, aggregatetype, aggregateid, sequence, created_at, refusal, refusals, retry_at
            from outbox where retry_at is not null and id > $1 order by id limit $2""";

    private static final String SKIP = """
            with gone as (delete from outbox
                          where retry_at > clock_timestamp() + interval '2 seconds'
                            and retry_at < clock_timestamp() + interval '50 seconds' and event_id = $1
                          returning *)
            insert into skipped (event_id, type, topic, aggregatetype, aggregateid, sequence, payload, event_version,
                                 source, occurred_at, correlationid, causationid, traceparent, headers, refusal, reason)
            select event_id, type, topic, aggregatetype, aggregateid, sequence, payload, event_version,
                   source, occurred_at, correlationid, causationid, traceparent, headers, refusal, $2
            from gone""";

    private static final String REFUSED =
            "select exists (select from outbox where retry_at is not null and event_id = $1)";

    private static final String SKIPPED = "select * from skipped where event_id = $1";

    /**
     * A refused event.
     *
     * @param refusals how often it was refused; it is tried again by itself, at the latest every 32 seconds
     */
    @RegisterForReflection
    record Item(
            @JsonProperty("event_id") UUID eventId,
            @JsonProperty("type") String type,
            @JsonProperty("topic") String topic,
            @JsonProperty("aggregate_type") String aggregateType,
            @JsonProperty("aggregate_id") String aggregateId,
            @JsonProperty("sequence") long sequence,
            @JsonProperty("appended_at") Instant appendedAt,
            @JsonProperty("refusal") String refusal,
            @JsonProperty("refusals") int refusals,
            @JsonProperty("retry_at") Instant retryAt) {}

    /** @param next what to continue after; absent on the last page */
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Page(
            @JsonProperty("items") List<Item> items,
            @JsonProperty("next") @Nullable Long next) {}

    /** What was given up, when and why. */
    @RegisterForReflection
    record Outcome(
            @JsonProperty("event_id") UUID eventId,
            @JsonProperty("type") String type,
            @JsonProperty("aggregate_type") String aggregateType,
            @JsonProperty("aggregate_id") String aggregateId,
            @JsonProperty("sequence") long sequence,
            @JsonProperty("reason") String reason,
            @JsonProperty("skipped_at") Instant skippedAt) {}

    private final Pool pool;
    private final MessagingMetrics metrics;

    Blocked(Pool pool, MessagingMetrics metrics) {
        this.pool = pool;
        this.metrics = metrics;
    }

    /** The oldest after that place; 0 for the oldest of all. */
    Uni<Page> list(long after, int limit) {
        return pool.withConnection(connection -> connection.preparedQuery(LIST).execute(Tuple.of(after, limit)))
                .map(rows -> rows.stream().toList())
                .map(rows -> new Page(
                        rows.stream().map(Blocked::item).toList(),
                        rows.size() < limit ? null : rows.getLast().getLong("id")));
    }

    /** It is being tried again, or is about to be. */
    static final class BeingTried extends RuntimeException {
        private static final long serialVersionUID = 1;

        BeingTried(UUID eventId) {
            super("event " + eventId, null, false, false);
        }
    }

    /**
     * Empty when it is not refused (any more) and never was skipped. Fails with {@link BeingTried} when Kafka may be about
     * to have it after all: nobody may be told that no consumer will see it.
     */
    Uni<Optional<Outcome>> skip(UUID eventId, String reason) {
        return pool.withTransaction(connection -> connection
                        .preparedQuery(SKIP)
                        .execute(Tuple.of(eventId, Parking.printable(reason)))
                        .flatMap(done ->
                                skipped(connection, eventId).map(outcome -> new Skipped(done.rowCount() > 0, outcome)))
                        .call(skipped -> skipped.outcome().isPresent()
                                ? Uni.createFrom().voidItem()
                                : refused(connection, eventId).invoke(Unchecked.consumer(refused -> {
                                    if (refused) {
                                        throw new BeingTried(eventId);
                                    }
                                }))))
                .invoke(this::say)
                .map(Skipped::outcome);
    }

    /** @param now whether it was this request that did it */
    private record Skipped(boolean now, Optional<Outcome> outcome) {}

    private static Uni<Boolean> refused(SqlConnection connection, UUID eventId) {
        return connection.preparedQuery(REFUSED).execute(Tuple.of(eventId)).map(rows -> rows.iterator()
                .next()
                .getBoolean(0));
    }

    private static Uni<Optional<Outcome>> skipped(SqlConnection connection, UUID eventId) {
        return connection.preparedQuery(SKIPPED).execute(Tuple.of(eventId)).map(rows -> rows.stream()
                .findFirst()
                .map(Blocked::outcome));
    }

    /** After the commit: before it, it may not be true. */
    private void say(Skipped skipped) {
        if (skipped.now()) {
            metrics.skipped(1);
            LOG.warnf("skipped, no consumer will see it: %s", skipped.outcome().orElseThrow());
        }
    }

    private static Item item(Row row) {
        return new Item(
                row.getUUID("event_id"),
                row.getString("type"),
                row.getString("topic"),
                row.getString("aggregatetype"),
                row.getString("aggregateid"),
                row.getLong("sequence"),
                OutboxReader.instant(row, "created_at"),
                row.getString("refusal"),
                row.getInteger("refusals"),
                OutboxReader.instant(row, "retry_at"));
    }

    private static Outcome outcome(Row row) {
        return new Outcome(
                row.getUUID("event_id"),
                row.getString("type"),
                row.getString("aggregatetype"),
                row.getString("aggregateid"),
                row.getLong("sequence"),
                row.getString("reason"),
                OutboxReader.instant(row, "skipped_at"));
    }
}
