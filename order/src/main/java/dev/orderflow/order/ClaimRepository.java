package dev.orderflow.order;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import dev.orderflow.order.domain.Claim;
import dev.orderflow.order.domain.Claim.Granted;
import dev.orderflow.order.domain.Claim.Outcome;
import dev.orderflow.order.domain.Claim.State;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;

/**
 * The claims. Every change is one statement that commits by itself and is guarded by what it was decided upon, so that a
 * change that comes too late touches no row. The clock is the database's.
 *
 * <p>The step {@code RUNNING → DONE} of an order that was placed is not here: it is part of the statement that stores the
 * order.
 */
@ApplicationScoped
class ClaimRepository {

    private static final String CLAIM = """
            insert into order_claims (caller, idempotency_key, fingerprint, order_id, attempt, lease_until, state)
            select $1, $2, $3, $4, 1, now() + $5 * interval '1 millisecond', 'RUNNING'
             where not exists (select from orders where caller = $1 and idempotency_key = $2)
            on conflict do nothing
            returning now() as now""";

    /** Whatever became of the claim: where the order exists, it is the answer. */
    private static final String FIND = """
            select coalesce(o.fingerprint, c.fingerprint) as fingerprint, coalesce(o.id, c.order_id) as order_id,
                   coalesce(c.attempt, 0) as attempt, coalesce(c.lease_until, now()) as lease_until,
                   case when o.id is null then c.state else 'DONE' end as state, now() as now
              from (select $1::text as caller, $2::text as idempotency_key) k
              left join order_claims c using (caller, idempotency_key)
              left join orders o using (caller, idempotency_key)
             where c.order_id is not null or o.id is not null""";

    private static final String TAKE_OVER = """
            update order_claims
               set order_id = $3, attempt = $4, lease_until = $5, state = 'RUNNING'
             where caller = $1 and idempotency_key = $2 and attempt = $6 and state = $7""";

    private static final String ABANDON = """
            update order_claims set state = 'ABANDONED'
             where caller = $1 and idempotency_key = $2 and attempt = $3 and state = 'RUNNING'""";

    private static final String REFUSE = """
            update order_claims set state = 'DONE', answer_status = $4, answer = $5
             where caller = $1 and idempotency_key = $2 and attempt = $3 and state = 'RUNNING'""";

    private static final String ANSWER = """
            select answer_status, answer, order_id from order_claims
             where caller = $1 and idempotency_key = $2 and state = 'DONE'""";

    /** Rising with time, so that orders are stored and listed in the order in which they were claimed. */
    private final TimeBasedEpochGenerator ids = Generators.timeBasedEpochGenerator();

    private final Pool pool;
    private final OrderConfig config;

    ClaimRepository(Pool pool, OrderConfig config) {
        this.pool = pool;
        this.config = config;
    }

    /** Claims the key, or says why not. */
    Uni<Outcome> claim(Submission submission) {
        return claim(submission, ids.generate());
    }

    private Uni<Outcome> claim(Submission submission, UUID freshId) {
        var first = Tuple.of(
                submission.caller(),
                submission.key().value(),
                submission.fingerprint(),
                freshId,
                config.claimLease().toMillis());
        return execute(CLAIM, first).flatMap(rows -> {
            if (rows.rowCount() == 1) {
                var now = instant(rows.iterator().next(), "now");
                var claim = Claim.first(submission.fingerprint(), freshId, now, config.claimLease());
                return Uni.createFrom().item(new Granted(claim));
            }
            return again(submission, freshId);
        });
    }

    /** Gives up. True when the attempt still owned the claim: only then may the hold be released. */
    Uni<Boolean> abandon(Submission submission, Claim mine) {
        var parameters = Tuple.of(submission.caller(), submission.key().value(), mine.attempt());
        return execute(ABANDON, parameters).map(rows -> rows.rowCount() == 1);
    }

    /** Stores a refusal. True when the attempt still owned the claim. */
    Uni<Boolean> refuse(Submission submission, Claim mine, Answer answer) {
        var parameters =
                Tuple.of(submission.caller(), submission.key().value(), mine.attempt(), answer.status(), answer.body());
        return execute(REFUSE, parameters).map(rows -> rows.rowCount() == 1);
    }

    /** The stored answer. Empty when there is none yet, or when the claim is gone and only the order is left. */
    Uni<Optional<Answer>> answer(Submission submission) {
        var key = Tuple.of(submission.caller(), submission.key().value());
        return execute(ANSWER, key).map(rows -> {
            if (rows.rowCount() == 0) {
                return Optional.<Answer>empty();
            }
            var row = rows.iterator().next();
            return Optional.of(new Answer(
                    row.getInteger("answer_status"), row.getString("answer"), row.getUUID("order_id"), true));
        });
    }

    private Uni<Outcome> again(Submission submission, UUID freshId) {
        var key = Tuple.of(submission.caller(), submission.key().value());
        return execute(FIND, key).flatMap(rows -> {
            if (rows.rowCount() == 0) {
                return claim(submission, freshId);
            }
            var row = rows.iterator().next();
            var found = read(row);
            var outcome = found.again(submission.fingerprint(), freshId, instant(row, "now"), config.claimLease());
            return outcome instanceof Granted(var next)
                    ? takeOver(submission, freshId, found, next)
                    : Uni.createFrom().item(outcome);
        });
    }

    private Uni<Outcome> takeOver(Submission submission, UUID freshId, Claim found, Claim next) {
        var parameters = Tuple.tuple()
                .addString(submission.caller())
                .addString(submission.key().value())
                .addUUID(next.orderId())
                .addInteger(next.attempt())
                .addOffsetDateTime(next.leaseUntil().atOffset(ZoneOffset.UTC))
                .addInteger(found.attempt())
                .addString(found.state().name());
        return execute(TAKE_OVER, parameters)
                .flatMap(rows ->
                        rows.rowCount() == 1 ? Uni.createFrom().item(new Granted(next)) : again(submission, freshId));
    }

    /** On a connection: a statement on the pool itself leaves a timer behind when none can be made. */
    private Uni<RowSet<Row>> execute(String statement, Tuple parameters) {
        return pool.withConnection(sql -> sql.preparedQuery(statement).execute(parameters));
    }

    private static Claim read(Row row) {
        return new Claim(
                row.getString("fingerprint"),
                row.getUUID("order_id"),
                row.getInteger("attempt"),
                instant(row, "lease_until"),
                State.valueOf(row.getString("state")));
    }

    private static Instant instant(Row row, String column) {
        return row.get(OffsetDateTime.class, column).toInstant();
    }
}
