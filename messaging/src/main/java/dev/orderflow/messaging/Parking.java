package dev.orderflow.messaging;

import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * The tables of records that could not be applied. Nothing here looks into a record: what broke the handler cannot break
 * this.
 *
 * <p>{@code parked_key} is the lock between consumer and redrive. The consumer marks its records in the inbox first and
 * then takes the rows of those of their keys that are parked; a redrive takes the key's row first and asks no inbox. So
 * while one of them works on a key the other waits, and afterwards sees what became of it: records behind a parked one are
 * parked too as long as the row is there, and from the moment it is gone everything before them has been applied.
 */
@Singleton
class Parking {

    /**
     * A record and why it is parked.
     *
     * @param attempts how often it was tried alone; 0 when it only waits for another
     */
    record Parked(InboxRecord record, String reason, int attempts) {}

    /** A parked record with its place in the order of its key. */
    record Waiting(long id, InboxRecord record, int attempts) {}

    private static final int LONGEST_REASON = 1_000;

    private static final String LOCK_KEYS =
            "select key from parked_key where consumer = $1 and key = any ($2::bytea[]) order by key for update";

    // An update that changes nothing: it makes the row ours also when another consumer has just inserted it.
    private static final String PARK_KEY = """
            insert into parked_key (consumer, key) values ($1, $2)
            on conflict (consumer, key) do update set key = excluded.key""";

    private static final String PARK = """
            insert into parked (consumer, key, identity, record_key, record_value, headers, topic, partition_number,
                                record_offset, record_timestamp, reason, attempts)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            on conflict on constraint parked_once do nothing
            returning id""";

    private static final String FIRST = """
            select id, record_key, record_value, headers, topic, partition_number, record_offset, record_timestamp,
                   attempts
            from parked where consumer = $1 and key = $2 order by id limit $3""";

    private static final String FREE_KEY = """
            delete from parked_key
            where consumer = $1 and key = $2
              and not exists (select from parked where consumer = $1 and key = $2)""";

    private final OutboxAppender outbox;
    private final MessagingConfig config;

    Parking(OutboxAppender outbox, MessagingConfig config) {
        this.outbox = outbox;
        this.config = config;
    }

    /** Which of the records' keys are parked; they stay so until the transaction ends. */
    Uni<Set<ByteBuffer>> lockKeys(SqlConnection connection, String consumer, List<InboxRecord> records) {
        Buffer[] keys = records.stream()
                .map(record -> Buffer.buffer(record.key()))
                .distinct()
                .toArray(Buffer[]::new);
        return connection
                .preparedQuery(LOCK_KEYS)
                .execute(Tuple.of(consumer, keys))
                .map(rows -> {
                    Set<ByteBuffer> parked = new HashSet<>();
                    rows.forEach(row ->
                            parked.add(ByteBuffer.wrap(row.getBuffer("key").getBytes())));
                    return parked;
                });
    }

    /** Parks records that were marked in the inbox in this transaction, and has a copy of each sent. */
    Uni<Void> park(SqlConnection connection, String consumer, List<Parked> records) {
        Uni<Void> all = Uni.createFrom().voidItem();
        for (Parked parked : records.stream().sorted(Parking::byKey).toList()) {
            all = all.chain(() -> park(connection, consumer, parked));
        }
        return all;
    }

    /** Keys in one order for everybody; stable, so that records of a key keep theirs. */
    private static int byKey(Parked one, Parked other) {
        return java.util.Arrays.compareUnsigned(
                one.record().key(), other.record().key());
    }

    private Uni<Void> park(SqlConnection connection, String consumer, Parked parked) {
        InboxRecord record = parked.record();
        Tuple values = Tuple.tuple()
                .addString(consumer)
                .addValue(Buffer.buffer(record.key()))
                .addString(record.identity())
                .addValue(OutboxAppender.bytes(record.recordKey()))
                .addValue(OutboxAppender.bytes(record.value()))
                .addValue(Buffer.buffer(HeaderBytes.encode(record.headers())))
                .addString(record.topic())
                .addInteger(record.partition())
                .addLong(record.offset())
                .addOffsetDateTime(record.timestamp().atOffset(ZoneOffset.UTC))
                .addString(printable(parked.reason()))
                .addInteger(parked.attempts());
        return connection
                .preparedQuery(PARK_KEY)
                .execute(Tuple.of(consumer, Buffer.buffer(record.key())))
                .chain(() -> connection.preparedQuery(PARK).execute(values))
                .flatMap(rows -> rows.size() == 0
                        ? freeKey(connection, consumer, record.key()) // it is parked already, perhaps with another key
                        : outbox.insert(
                                connection,
                                List.of(copy(
                                        consumer, parked, rows.iterator().next().getLong("id")))));
    }

    /** For people and tools that look at topics; what is redriven is the parked row. */
    private OutboxRow copy(String consumer, Parked parked, long parkedId) {
        InboxRecord record = parked.record();
        List<Header> headers = new ArrayList<>(List.of(
                OutboxRow.header("dead-letter-reason", printable(parked.reason())),
                OutboxRow.header("dead-letter-topic", record.topic()),
                OutboxRow.header("dead-letter-partition", Integer.toString(record.partition())),
                OutboxRow.header("dead-letter-offset", Long.toString(record.offset())),
                OutboxRow.header("dead-letter-attempts", Integer.toString(parked.attempts())),
                OutboxRow.header("dead-letter-consumer", consumer)));
        List<Header> withOriginal = new ArrayList<>(headers);
        withOriginal.addAll(record.allHeaders());
        OutboxRow whole = copy(consumer, record, record.value(), withOriginal, parkedId);
        if (whole.size() <= config.maxRecordBytes()) {
            return whole;
        }
        headers.add(OutboxRow.header("dead-letter-omitted", "headers and value: too large"));
        return copy(consumer, record, null, headers, parkedId);
    }

    private OutboxRow copy(
            String consumer, InboxRecord record, byte @Nullable [] value, List<Header> headers, long parkedId) {
        String key = printable(record.keyText());
        return new OutboxRow(
                0,
                record.topic() + "." + consumer + ".dlt",
                "dead-letter",
                key.substring(0, Math.min(key.length(), 200)),
                parkedId,
                "dead-letter",
                value,
                outbox.nextId(),
                "1.0",
                config.source(),
                Instant.now(),
                record.story(),
                headers);
    }

    static String printable(String text) {
        String clean = text.chars()
                .map(c -> Character.isISOControl(c) || Character.isSurrogate((char) c) ? ' ' : c)
                .limit(LONGEST_REASON)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return clean.isBlank() ? "?" : clean;
    }

    /** Takes the key from every consumer until the transaction ends; false when it is not parked (any more). */
    Uni<Boolean> lockKey(SqlConnection connection, String consumer, byte[] key) {
        return connection
                .preparedQuery(LOCK_KEYS)
                .execute(Tuple.of(consumer, new Buffer[] {Buffer.buffer(key)}))
                .map(rows -> rows.size() > 0);
    }

    /** The oldest of a key. */
    Uni<List<Waiting>> first(SqlConnection connection, String consumer, byte[] key) {
        return first(connection, consumer, key, 1);
    }

    /** The oldest ones of a key, in their order. */
    Uni<List<Waiting>> first(SqlConnection connection, String consumer, byte[] key, int atMost) {
        return connection
                .preparedQuery(FIRST)
                .execute(Tuple.of(consumer, Buffer.buffer(key), atMost))
                .map(rows -> rows.stream().map(Parking::waiting).collect(Collectors.toList()));
    }

    private static Waiting waiting(Row row) {
        InboxRecord record = new InboxRecord(
                row.getString("topic"),
                row.getInteger("partition_number"),
                row.getLong("record_offset"),
                OutboxReader.instant(row, "record_timestamp"),
                OutboxReader.bytes(row, "record_key"),
                OutboxReader.bytes(row, "record_value"),
                new RecordHeaders(HeaderBytes.decode(row.getBuffer("headers").getBytes())));
        return new Waiting(row.getLong("id"), record, row.getInteger("attempts"));
    }

    /** Ends a record's waiting after its effect, in the same transaction; the key's with its last one. */
    Uni<Void> remove(SqlConnection connection, String consumer, byte[] key, long id) {
        return connection
                .preparedQuery("delete from parked where id = $1")
                .execute(Tuple.of(id))
                .chain(() -> freeKey(connection, consumer, key));
    }

    /** If nothing of it is parked any more. */
    private static Uni<Void> freeKey(SqlConnection connection, String consumer, byte[] key) {
        return connection
                .preparedQuery(FREE_KEY)
                .execute(Tuple.of(consumer, Buffer.buffer(key)))
                .replaceWithVoid();
    }

    Uni<Void> failedAgain(SqlConnection connection, long id, String reason) {
        return connection
                .preparedQuery("update parked set attempts = attempts + 1, reason = $2 where id = $1")
                .execute(Tuple.of(id, printable(reason)))
                .replaceWithVoid();
    }
}
