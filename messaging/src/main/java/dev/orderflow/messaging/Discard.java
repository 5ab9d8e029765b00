package dev.orderflow.messaging;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Gives up the first parked record of a key: it will have no effect here, and those behind it can be redriven. The record
 * is kept aside, byte for byte, as long as inbox marks are; its mark stays, so a repeat of it is a duplicate like any
 * other. The key's lock comes first, as with consumer and redrive.
 */
@Singleton
class Discard {

    private static final Logger LOG = Logger.getLogger(Discard.class);

    private static final String KEEP = """
            insert into discarded (id, consumer, key, identity, record_key, record_value, headers, topic,
                                   partition_number, record_offset, record_timestamp, parked_reason, attempts, parked_at,
                                   reason)
            select id, consumer, key, identity, record_key, record_value, headers, topic,
                   partition_number, record_offset, record_timestamp, reason, attempts, parked_at, $2
            from parked where id = $1""";

    private static final String DISCARDED = """
            select identity, reason, discarded_at from discarded where id = $1 and consumer = $2 and key = $3""";

    /** What was given up, when and why. */
    @RegisterForReflection
    record Outcome(
            @JsonProperty("consumer") String consumer,
            @JsonProperty("key") String key,
            @JsonProperty("id") long id,
            @JsonProperty("event_id") String eventId,
            @JsonProperty("reason") String reason,
            @JsonProperty("discarded_at") Instant discardedAt) {}

    private final InboxParts parts;

    Discard(InboxParts parts) {
        this.parts = parts;
    }

    /** Empty when that record is not the key's first, or not parked and never was discarded. */
    Uni<Optional<Outcome>> first(String consumer, byte[] key, long id, String reason) {
        return parts.outbox().transaction(transaction -> parts.parking()
                .lockKey(transaction.sql(), consumer, key)
                .flatMap(locked -> locked
                        ? parts.parking().first(transaction.sql(), consumer, key)
                        : Uni.createFrom().item(List.<Parking.Waiting>of()))
                .call(first -> first.isEmpty() || first.getFirst().id() != id
                        ? Uni.createFrom().voidItem()
                        : keep(transaction.sql(), id, reason)
                                .chain(() -> parts.parking().remove(transaction.sql(), consumer, key, id))
                                .invoke(() -> transaction.afterCommit(
                                        () -> say(consumer, first.getFirst().record(), reason))))
                .flatMap(first -> outcome(transaction.sql(), consumer, key, id)));
    }

    private static Uni<Void> keep(SqlConnection connection, long id, String reason) {
        return connection
                .preparedQuery(KEEP)
                .execute(Tuple.of(id, Parking.printable(reason)))
                .replaceWithVoid();
    }

    private void say(String consumer, InboxRecord record, String reason) {
        parts.metrics().discarded(consumer, 1);
        record.story()
                .tell(() -> LOG.warnf(
                        "discarded: consumer=%s key=%s eventId=%s origin=%s reason=%s",
                        consumer, record.keyText(), record.identity(), record.origin(), Parking.printable(reason)));
    }

    private static Uni<Optional<Outcome>> outcome(SqlConnection connection, String consumer, byte[] key, long id) {
        return connection
                .preparedQuery(DISCARDED)
                .execute(Tuple.of(id, consumer, Buffer.buffer(key)))
                .map(rows -> rows.stream()
                        .findFirst()
                        .map(row -> new Outcome(
                                consumer,
                                InboxRecord.KeyText.of(key),
                                id,
                                row.getString("identity"),
                                row.getString("reason"),
                                OutboxReader.instant(row, "discarded_at"))));
    }
}
