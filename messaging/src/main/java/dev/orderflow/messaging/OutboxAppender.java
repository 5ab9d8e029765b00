package dev.orderflow.messaging;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.NoArgGenerator;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Turns events into rows, refuses what could never be sent or read, and writes all rows of one append with one statement. */
@Singleton
class OutboxAppender {

    private static final int LONGEST_NAME = 1_000; // bytes; with an id it has to fit into an entry of the unique index

    // Sorted by position: the identities are given in the order of the events.
    private static final String INSERT = """
            insert into outbox (bucket, topic, aggregatetype, aggregateid, sequence, type, payload, event_id,
                                event_version, source, occurred_at, correlationid, causationid, traceparent, headers,
                                dataschema)
            select e.bucket, e.topic, e.aggregatetype, e.aggregateid, e.sequence, e.type, e.payload, e.event_id,
                   e.event_version, e.source, e.occurred_at, e.correlationid, e.causationid, e.traceparent, e.headers,
                   'schemas/' || e.type || '.json'
            from unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::bytea[],
                        $8::uuid[], $9::text[], $10::text[], $11::timestamptz[], $12::text[], $13::uuid[], $14::text[],
                        $15::bytea[])
                 with ordinality as e (bucket, topic, aggregatetype, aggregateid, sequence, type, payload, event_id,
                        event_version, source, occurred_at, correlationid, causationid, traceparent, headers, position)
            order by e.position""";

    // What was just inserted, by the key that an append fails on when it is there already.
    private static final String DELETE = """
            delete from outbox using unnest($1::text[], $2::text[], $3::bigint[]) as e (type, id, sequence)
            where aggregatetype = e.type and aggregateid = e.id and outbox.sequence = e.sequence""";

    private final NoArgGenerator ids = Generators.timeBasedEpochGenerator();
    private final MessagingConfig config;

    OutboxAppender(MessagingConfig config) {
        this.config = config;
    }

    /** The rows of a service's own events; throws for the first that could never be sent or read. */
    List<OutboxRow> rows(Cause cause, List<OutgoingEvent> events) {
        return events.stream().map(event -> sendable(row(cause, event))).toList();
    }

    private OutboxRow row(Cause cause, OutgoingEvent event) {
        return new OutboxRow(
                0,
                config.topic(),
                event.aggregateType(),
                event.aggregateId(),
                event.sequence(),
                event.eventType(),
                event.data(),
                ids.generate(),
                event.eventVersion(),
                config.source(),
                event.occurredAt(),
                cause,
                null);
    }

    UUID nextId() {
        return ids.generate();
    }

    /** What any inbox would have to park is found here, where it has one cause, and not in all of its consumers. */
    private OutboxRow sendable(OutboxRow row) {
        require(!row.topic().equals("none"), row, "messaging.topic is not set");
        require(row.sequence() > 0, row, "sequence must start at 1");
        require(InboxRecord.isType(row.type()), row, "its type must be letters, digits, '.', '_' and '-', at most 200");
        require(
                InboxRecord.isReadableKey(row.aggregateId().getBytes(StandardCharsets.UTF_8)),
                row,
                "its aggregate id must not be blank, longer than 512 bytes, with control characters or begin with 'base64:'");
        require(
                InboxRecord.isOfThisAge(row.occurredAt()),
                row,
                "its time must not be before 1970 or more than a day ahead: " + row.occurredAt());
        for (String text :
                List.of(row.eventVersion(), row.aggregateType(), row.cause().correlationId())) {
            require(
                    isName(text),
                    row,
                    "its version, aggregate type and correlation id must not be blank, too long or with control characters");
        }
        require(row.size() <= config.maxRecordBytes(), row, "too large: " + row.size() + " bytes");
        return row;
    }

    private static boolean isName(String text) {
        return !text.isBlank()
                && text.getBytes(StandardCharsets.UTF_8).length <= LONGEST_NAME
                && text.chars().noneMatch(Character::isISOControl);
    }

    private static void require(boolean holds, OutboxRow row, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException("cannot publish %s: %s".formatted(row.type(), otherwise));
        }
    }

    Uni<Void> insert(SqlConnection connection, List<OutboxRow> rows) {
        if (rows.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        Columns columns = new Columns(rows);
        Tuple values = Tuple.tuple()
                .addArrayOfShort(columns.of(Short[]::new, row -> OutboxRow.bucket(row.aggregateId())))
                .addArrayOfString(columns.of(String[]::new, OutboxRow::topic))
                .addArrayOfString(columns.of(String[]::new, OutboxRow::aggregateType))
                .addArrayOfString(columns.of(String[]::new, OutboxRow::aggregateId))
                .addArrayOfLong(columns.of(Long[]::new, OutboxRow::sequence))
                .addArrayOfString(columns.of(String[]::new, OutboxRow::type))
                .addValue(columns.of(io.vertx.core.buffer.Buffer[]::new, row -> bytes(row.payload())))
                .addArrayOfUUID(columns.of(UUID[]::new, OutboxRow::eventId))
                .addArrayOfString(columns.of(String[]::new, OutboxRow::eventVersion))
                .addArrayOfString(columns.of(String[]::new, OutboxRow::source))
                .addArrayOfOffsetDateTime(columns.of(
                        OffsetDateTime[]::new, row -> row.occurredAt().atOffset(ZoneOffset.UTC)))
                .addArrayOfString(columns.of(String[]::new, row -> row.cause().correlationId()))
                .addArrayOfUUID(columns.of(UUID[]::new, row -> row.cause().causationId()))
                .addArrayOfString(columns.of(String[]::new, row -> row.cause().traceparent()))
                .addValue(columns.of(
                        io.vertx.core.buffer.Buffer[]::new,
                        row -> row.headers() == null ? null : bytes(HeaderBytes.encode(row.headers()))));
        return connection
                .preparedQuery(INSERT)
                .execute(values)
                .chain(() -> config.relay() ? Uni.createFrom().voidItem() : delete(connection, columns));
    }

    /** The row was there for the database's log only. */
    private static Uni<Void> delete(SqlConnection connection, Columns columns) {
        Tuple values = Tuple.of(
                columns.of(String[]::new, OutboxRow::aggregateType),
                columns.of(String[]::new, OutboxRow::aggregateId),
                columns.of(Long[]::new, OutboxRow::sequence));
        return connection.preparedQuery(DELETE).execute(values).replaceWithVoid();
    }

    static io.vertx.core.buffer.@Nullable Buffer bytes(byte @Nullable [] bytes) {
        return bytes == null ? null : io.vertx.core.buffer.Buffer.buffer(bytes);
    }

    /** Rows, read column by column. */
    private record Columns(List<OutboxRow> rows) {
        <T> T[] of(IntFunction<T[]> array, Function<OutboxRow, @Nullable T> value) {
            return rows.stream().map(value).toArray(array);
        }
    }
}
