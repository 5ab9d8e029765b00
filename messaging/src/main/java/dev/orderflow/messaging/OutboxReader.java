package dev.orderflow.messaging;

import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The outbox as a relay sees it: rows are read, refused ones are marked, sent ones are deleted. */
class OutboxReader {

    /** Of one bucket in one round; small, so that no bucket waits long for another. */
    static final int ROWS_PER_BUCKET = 64;

    // Of every aggregate the oldest row is among them: rows are found by being there, never by "id > last",
    // which would miss one that commits late. Where a reading does not start at the first row, a key that has a
    // row before the start is left alone; "+ 0" keeps the planner from looking for that by the id, among all rows
    // that were ever there. A key of which a record was refused takes no place until its time has come, which is
    // judged once for all rows: otherwise the first ones of a key could be left out and later ones be read. A time
    // that is further away than any is of a clock that was put back, and has come. The
    // sum bounds memory before any value is read: its length is known without it.
    static final String READ = """
            select id, topic, aggregatetype, aggregateid, sequence, type, payload, event_id, event_version, source,
                   occurred_at, correlationid, causationid, traceparent, headers, bytes
            from (select first_rows.*,
                         sum(bytes) over (order by id) - bytes as bytes_before
                  from unnest($1::smallint[], $7::bigint[]) as buckets (bucket, start)
                  cross join lateral (
                      select *, coalesce(octet_length(payload), 0) + coalesce(octet_length(headers), 0) as bytes
                      from outbox
                      where outbox.bucket = buckets.bucket and outbox.id > buckets.start
                        and topic <> all ($2::text[])
                        and (aggregatetype, aggregateid) not in (select * from unnest($5::text[], $6::text[]))
                        and not exists (
                            select from outbox refused
                            where refused.retry_at > statement_timestamp()
                              and refused.retry_at < statement_timestamp() + interval '1 minute'
                              and refused.aggregatetype = outbox.aggregatetype
                              and refused.aggregateid = outbox.aggregateid)
                        and (buckets.start = 0 or not exists (
                            select from outbox before
                            where before.aggregatetype = outbox.aggregatetype
                              and before.aggregateid = outbox.aggregateid
                              and before.sequence < outbox.sequence and before.id + 0 <= buckets.start))
                      order by id limit $3) as first_rows) as bounded
            where bytes_before < $4
            order by id""";

    // "any", here and below: two plain equalities could be joined the other way round, and are while the table seems
    // empty: then
    // each deletion would pass over all rows that were ever there and are not cleaned up.
    static final String DELETE = """
            delete from outbox using unnest($1::smallint[], $2::bigint[]) as sent (bucket, id)
            where outbox.bucket = any (array[sent.bucket]) and outbox.id = any (array[sent.id])
            returning extract(epoch from clock_timestamp() - created_at)::float8 as seconds""";

    // Tried again after 0.5, 1, 2 … 32 seconds.
    private static final String REFUSE = """
            update outbox
            set refusal = refused.reason, refusals = coalesce(refusals, 0) + 1,
                retry_at = clock_timestamp() + interval '0.5s' * 2 ^ least(coalesce(refusals, 0), 6)
            from unnest($1::smallint[], $2::bigint[], $3::text[]) as refused (bucket, id, reason)
            where outbox.bucket = any (array[refused.bucket]) and outbox.id = any (array[refused.id])""";

    private final RelayConnection connection;
    private final Marks marks;

    OutboxReader(RelayConnection connection, Marks marks) {
        this.connection = connection;
        this.marks = marks;
    }

    /**
     * What one exchange with the database brought.
     *
     * @param ages of each deleted row how long it took from its appending until now, by the database's clock
     * @param rows the oldest of each bucket, oldest first
     * @param more buckets that may have more rows than these
     */
    record Exchange(List<Duration> ages, List<OutboxRow> rows, Buckets more) {}

    /**
     * What is not read.
     *
     * @param topics that cannot be reached
     * @param aggregates of which a record is under way
     */
    record LeftOut(Set<String> topics, Set<OutboxRow.Aggregate> aggregates) {
        static final LeftOut NOTHING = new LeftOut(Set.of(), Set.of());
    }

    /**
     * Deletes what Kafka has acknowledged (until then a row is the only proof that its event still has to be sent) and
     * reads the oldest rows of other buckets, without what is left out. Both are on their way at once, so what
     * is deleted must not be among what is read: it could be read once more.
     *
     * @param bytes how large all payloads and headers together may be, one row more
     */
    Exchange exchange(Collection<OutboxRow> sent, Buckets buckets, LeftOut leftOut, long bytes) {
        @Nullable CompletableFuture<RowSet<Row>> deletion = sent.isEmpty() ? null : startDeleting(sent);
        Read read = buckets.isEmpty() ? new Read(List.of(), Buckets.NONE) : read(buckets, leftOut, bytes);
        List<Duration> ages = deletion == null ? List.of() : ages(connection.answer(deletion));
        return new Exchange(ages, read.rows(), read.more());
    }

    /** @param more buckets that were not read to their ends */
    private record Read(List<OutboxRow> rows, Buckets more) {}

    private Read read(Buckets buckets, LeftOut leftOut, long bytes) {
        Tuple values = Tuple.tuple()
                .addArrayOfShort(buckets.array())
                .addArrayOfString(leftOut.topics().toArray(String[]::new))
                .addInteger(ROWS_PER_BUCKET)
                .addLong(bytes)
                .addArrayOfString(leftOut.aggregates().stream()
                        .map(OutboxRow.Aggregate::type)
                        .toArray(String[]::new))
                .addArrayOfString(leftOut.aggregates().stream()
                        .map(OutboxRow.Aggregate::id)
                        .toArray(String[]::new))
                .addArrayOfLong(buckets.numbers().mapToObj(marks::start).toArray(Long[]::new));
        List<OutboxRow> rows = new ArrayList<>();
        long read = 0;
        for (Row row : connection.ask(READ, values)) {
            rows.add(row(row));
            read += row.getLong("bytes");
        }
        return new Read(rows, mark(buckets, rows, read >= bytes));
    }

    /**
     * Marks how far each bucket was read: to its end, unless it has more rows than are read at once, or the bytes were too
     * many; then as far as the last row of all. Returns those that may have more.
     */
    private Buckets mark(Buckets buckets, List<OutboxRow> rows, boolean tooManyBytes) {
        Map<Integer, List<OutboxRow>> read =
                rows.stream().collect(Collectors.groupingBy(row -> (int) OutboxRow.bucket(row.aggregateId())));
        Buckets more = Buckets.NONE;
        for (int bucket : buckets.numbers().toArray()) {
            List<OutboxRow> its = read.getOrDefault(bucket, List.of());
            if (its.size() >= ROWS_PER_BUCKET) {
                marks.readUpTo(bucket, its.getLast().id());
                more = more.and(Buckets.of(bucket));
            } else if (tooManyBytes) {
                marks.readUpTo(bucket, rows.getLast().id());
                more = more.and(Buckets.of(bucket));
            } else {
                marks.readAll(bucket, its.isEmpty() ? 0 : its.getLast().id());
            }
        }
        return more;
    }

    private CompletableFuture<RowSet<Row>> startDeleting(Collection<OutboxRow> sent) {
        return connection.send(DELETE, Tuple.of(buckets(sent.stream()), ids(sent.stream())));
    }

    private static List<Duration> ages(RowSet<Row> deleted) {
        List<Duration> ages = new ArrayList<>(deleted.size());
        deleted.forEach(row -> ages.add(Duration.ofNanos((long) (row.getDouble("seconds") * 1e9))));
        return ages;
    }

    private static OutboxRow row(Row row) {
        byte[] headers = bytes(row, "headers");
        return new OutboxRow(
                row.getLong("id"),
                row.getString("topic"),
                row.getString("aggregatetype"),
                row.getString("aggregateid"),
                row.getLong("sequence"),
                row.getString("type"),
                bytes(row, "payload"),
                row.getUUID("event_id"),
                row.getString("event_version"),
                row.getString("source"),
                instant(row, "occurred_at"),
                new Cause(row.getString("correlationid"), row.getUUID("causationid"), row.getString("traceparent")),
                headers == null ? null : HeaderBytes.decode(headers));
    }

    static byte @Nullable [] bytes(Row row, String column) {
        io.vertx.mutiny.core.buffer.Buffer bytes = row.getBuffer(column);
        return bytes == null ? null : bytes.getBytes();
    }

    static Instant instant(Row row, String column) {
        return row.getOffsetDateTime(column).toInstant();
    }

    /** Has these rows, and with them their keys, wait for a while: longer each time. */
    void refuse(List<Round.Failed> refused) {
        if (!refused.isEmpty()) {
            connection.ask(
                    REFUSE,
                    Tuple.of(
                            buckets(refused.stream().map(Round.Failed::row)),
                            ids(refused.stream().map(Round.Failed::row)),
                            refused.stream()
                                    .map(failed -> Parking.printable(BatchConsumer.reason(failed.failure())))
                                    .toArray(String[]::new)));
        }
    }

    private static Short[] buckets(Stream<OutboxRow> rows) {
        return rows.map(row -> OutboxRow.bucket(row.aggregateId())).toArray(Short[]::new);
    }

    private static Long[] ids(Stream<OutboxRow> rows) {
        return rows.map(OutboxRow::id).toArray(Long[]::new);
    }
}
