package dev.orderflow.notification;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import dev.orderflow.messaging.Cause;
import dev.orderflow.notification.domain.Decision;
import dev.orderflow.notification.domain.Decision.Failed;
import dev.orderflow.notification.domain.Decision.Sent;
import dev.orderflow.notification.domain.Decision.Skipped;
import dev.orderflow.notification.domain.Decision.TryAgain;
import dev.orderflow.notification.domain.EmailAddress;
import dev.orderflow.notification.domain.Occasion;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** What is written of notifications, each in one statement. Times are the database's. */
@ApplicationScoped
class NotificationRepository {

    private static final String ADD = """
            insert into notification (id, occasion, subject_id, order_id, body, correlation_id, causation_id, traceparent)
            select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::bytea[], $6::text[], $7::uuid[], $8::text[])
            on conflict on constraint notification_once do nothing
            """;

    /**
     * Skips what another replica is claiming. Of one order only what was noted first: the customer hears of the order's
     * states in their order. Materialised, so that the limit is applied once.
     */
    private static final String CLAIM = """
            with due as materialized (
                select id from notification next
                where delivery = 'waiting' and due_at <= clock_timestamp()
                  and not exists (select from notification earlier
                                  where earlier.order_id = next.order_id and earlier.number < next.number
                                    and earlier.delivery = 'waiting')
                order by due_at
                limit $1
                for update skip locked)
            update notification claimed
            set attempt = attempt + 1, due_at = clock_timestamp() + $2 * interval '1 millisecond'
            from due where claimed.id = due.id
            returning claimed.id, occasion, order_id, body, attempt, correlation_id, causation_id, traceparent,
                (extract(epoch from clock_timestamp() - created_at) * 1000)::bigint as age
            """;

    private static final String TRY_AGAIN = """
            update notification
            set due_at = clock_timestamp() + $3 * interval '1 millisecond', recipient = coalesce($4, recipient)
            where id = $1 and attempt = $2 and delivery = 'waiting'
            returning sequence, clock_timestamp() as at
            """;

    private static final String FINISH = """
            update notification
            set delivery = $3, recipient = coalesce($4, recipient), reason = $5, finished_at = clock_timestamp(),
                -- Counts events: there is none of what was skipped or is not about an order.
                sequence = sequence + (order_id is not null and $3 in ('sent', 'failed'))::int
            where id = $1 and attempt = $2 and delivery = 'waiting'
            returning sequence, finished_at as at
            """;

    private final TimeBasedEpochGenerator ids = Generators.timeBasedEpochGenerator();

    /** What a finished row says about itself. */
    record Finished(long sequence, Instant at) {}

    Uni<Void> add(SqlConnection sql, List<Note> notes) {
        Tuple columns = Tuple.tuple()
                .addArrayOfUUID(notes.stream().map(note -> ids.generate()).toArray(UUID[]::new))
                .addArrayOfString(
                        notes.stream().map(note -> note.occasion().code()).toArray(String[]::new))
                .addArrayOfUUID(notes.stream().map(Note::subjectId).toArray(UUID[]::new))
                .addArrayOfUUID(notes.stream().map(Note::orderId).toArray(UUID[]::new))
                .addValue(notes.stream().map(note -> Buffer.buffer(note.body())).toArray(Buffer[]::new))
                .addArrayOfString(
                        notes.stream().map(note -> note.cause().correlationId()).toArray(String[]::new))
                .addArrayOfUUID(
                        notes.stream().map(note -> note.cause().causationId()).toArray(UUID[]::new))
                .addArrayOfString(
                        notes.stream().map(note -> note.cause().traceparent()).toArray(String[]::new));
        return sql.preparedQuery(ADD).execute(columns).replaceWithVoid();
    }

    Uni<List<Claimed>> claim(SqlConnection sql, int limit, Duration lease) {
        return sql.preparedQuery(CLAIM)
                .execute(Tuple.of(limit, lease.toMillis()))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(NotificationRepository::claimed)
                        .toList());
    }

    private static Claimed claimed(Row row) {
        return new Claimed(
                row.getUUID("id"),
                Occasion.of(row.getString("occasion")),
                row.getUUID("order_id"),
                row.getBuffer("body").getBytes(),
                row.getInteger("attempt"),
                Duration.ofMillis(row.getLong("age")),
                new Cause(row.getString("correlation_id"), row.getUUID("causation_id"), row.getString("traceparent")));
    }

    /** Empty when the attempt is not the last one any more, or the notification has ended. */
    Uni<Optional<Finished>> finish(
            SqlConnection sql, Claimed claimed, Decision decision, @Nullable EmailAddress recipient) {
        Tuple attempt = Tuple.of(claimed.id(), claimed.attempt());
        @Nullable String masked = recipient == null ? null : recipient.masked();
        return switch (decision) {
            case Sent _ ->
                update(sql, FINISH, attempt.addString("sent").addString(masked).addString(null));
            case Skipped(String reason) ->
                update(
                        sql,
                        FINISH,
                        attempt.addString("skipped").addString(masked).addString(reason));
            case Failed(String reason) ->
                update(
                        sql,
                        FINISH,
                        attempt.addString("failed").addString(masked).addString(reason));
            case TryAgain(Duration after) ->
                update(sql, TRY_AGAIN, attempt.addLong(after.toMillis()).addString(masked));
        };
    }

    private static Uni<Optional<Finished>> update(SqlConnection sql, String statement, Tuple values) {
        return sql.preparedQuery(statement).execute(values).map(rows -> StreamSupport.stream(rows.spliterator(), false)
                .findFirst()
                .map(row -> new Finished(
                        row.getLong("sequence"),
                        row.get(OffsetDateTime.class, "at").toInstant())));
    }
}
