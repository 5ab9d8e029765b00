package dev.orderflow.messaging;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Lists parked records, for people who decide what to do about them; without their payload. */
@Singleton
class ParkedQuery {

    private static final String LIST = """
            select id, consumer, key, identity, topic, partition_number, record_offset, reason, attempts, parked_at
            from parked
            where id > $1 and ($2::text is null or consumer = $2) and ($3::bytea is null or key = $3)
            order by id limit $4""";

    /** @param key as text, or {@code base64:} and the bytes when they are none; what a redrive is asked for with */
    @RegisterForReflection
    record Item(
            @JsonProperty("id") long id,
            @JsonProperty("consumer") String consumer,
            @JsonProperty("key") String key,
            @JsonProperty("event_id") String eventId,
            @JsonProperty("origin") String origin,
            @JsonProperty("reason") String reason,
            @JsonProperty("attempts") int attempts,
            @JsonProperty("parked_at") Instant parkedAt) {}

    /** @param next the id to continue after; absent on the last page */
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Page(
            @JsonProperty("items") List<Item> items,
            @JsonProperty("next") @Nullable Long next) {}

    private static final String WHOLE = """
            select id, consumer, key, identity, topic, partition_number, record_offset, reason, attempts, parked_at,
                   record_timestamp, record_value, headers
            from parked where id = $1""";

    /**
     * A parked record with everything that came with it. Bytes that are no UTF-8 text are given as {@code base64:} and the
     * bytes.
     *
     * @param payload null when the record has none
     * @param traceId of the trace that it belongs to, if it names one
     */
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Whole(
            @JsonProperty("record") Item record,
            @JsonProperty("timestamp") Instant timestamp,
            @JsonProperty("trace_id") @Nullable String traceId,
            @JsonProperty("headers") List<Header> headers,
            @JsonProperty("payload") @Nullable String payload) {}

    /** One header; a name may be there more than once. */
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Header(
            @JsonProperty("name") String name,
            @JsonProperty("value") @Nullable String value) {}

    private final Pool pool;

    ParkedQuery(Pool pool) {
        this.pool = pool;
    }

    Uni<Page> page(@Nullable String consumer, byte @Nullable [] key, long after, int limit) {
        Tuple values = Tuple.of(after, consumer, OutboxAppender.bytes(key), limit);
        return pool.withConnection(connection -> connection.preparedQuery(LIST).execute(values))
                .map(rows -> rows.stream().map(ParkedQuery::item).collect(Collectors.toList()))
                .map(items -> new Page(
                        items, items.size() < limit ? null : items.getLast().id()));
    }

    Uni<Optional<Whole>> whole(long id) {
        return pool.withConnection(connection -> connection.preparedQuery(WHOLE).execute(Tuple.of(id)))
                .map(rows -> rows.stream().findFirst().map(ParkedQuery::whole));
    }

    private static Whole whole(Row row) {
        List<org.apache.kafka.common.header.Header> headers =
                HeaderBytes.decode(row.getBuffer("headers").getBytes());
        String traceparent = headers.stream()
                .filter(header -> header.key().equals("traceparent") && header.value() != null)
                .map(header -> new String(header.value(), StandardCharsets.UTF_8))
                .findFirst()
                .orElse(null);
        return new Whole(
                item(row),
                OutboxReader.instant(row, "record_timestamp"),
                TraceContext.traceId(traceparent),
                headers.stream()
                        .map(header -> new Header(header.key(), text(header.value())))
                        .toList(),
                text(OutboxReader.bytes(row, "record_value")));
    }

    private static @Nullable String text(byte @Nullable [] bytes) {
        if (bytes == null) {
            return null;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException binary) {
            return "base64:" + Base64.getEncoder().encodeToString(bytes);
        }
    }

    private static Item item(Row row) {
        return new Item(
                row.getLong("id"),
                row.getString("consumer"),
                InboxRecord.KeyText.of(row.getBuffer("key").getBytes()),
                row.getString("identity"),
                row.getString("topic") + "/" + row.getInteger("partition_number") + "/" + row.getLong("record_offset"),
                row.getString("reason"),
                row.getInteger("attempts"),
                OutboxReader.instant(row, "parked_at"));
    }
}
