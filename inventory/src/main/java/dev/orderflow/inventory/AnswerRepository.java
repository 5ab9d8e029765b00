package dev.orderflow.inventory;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Answers by Idempotency-Key. The key's row is written in the transaction of the effect, and its uniqueness makes a
 * concurrent repeat wait for that transaction's end.
 */
@Singleton
class AnswerRepository {

    /** Materialised, so that the limit is applied once. */
    private static final String FORGET = """
            with old as materialized (
                select key from idempotency_keys where created_at < $1
                order by created_at limit $2 for update skip locked)
            delete from idempotency_keys where key in (select key from old)""";

    private final Pool pool;

    AnswerRepository(Pool pool) {
        this.pool = pool;
    }

    /** What was answered, word for word. */
    record Answer(int status, UUID productId, long version, String body, boolean replayed) {}

    /** An answer and the request that it was given to. */
    record Stored(String fingerprint, Answer answer) {}

    /** Takes the key for the current transaction, or tells what was answered under it. */
    Uni<@Nullable Stored> claim(SqlConnection sql, String key, String fingerprint) {
        return sql.preparedQuery(
                        "insert into idempotency_keys (key, fingerprint) values ($1, $2) on conflict (key) do nothing")
                .execute(Tuple.of(key, fingerprint))
                .chain(rows -> rows.rowCount() == 1 ? Uni.createFrom().nullItem() : find(sql, key, fingerprint));
    }

    private Uni<@Nullable Stored> find(SqlConnection sql, String key, String fingerprint) {
        return sql.preparedQuery(
                        "select fingerprint, status, product_id, version, body from idempotency_keys where key = $1")
                .execute(Tuple.of(key))
                // Cleaned up between the two statements: then it is free.
                .chain(rows -> rows.size() == 0
                        ? claim(sql, key, fingerprint)
                        : Uni.createFrom().item(stored(rows.iterator().next())));
    }

    private static Stored stored(Row row) {
        return new Stored(
                row.getString("fingerprint"),
                new Answer(
                        row.getInteger("status"),
                        row.getUUID("product_id"),
                        row.getLong("version"),
                        row.getString("body"),
                        true));
    }

    /** Keeps the answer under the key that this transaction has claimed. */
    Uni<Answer> save(SqlConnection sql, String key, Answer answer) {
        return sql.preparedQuery("""
                        update idempotency_keys set status = $2, product_id = $3, version = $4, body = $5
                        where key = $1""")
                .execute(Tuple.of(key, answer.status(), answer.productId(), answer.version(), answer.body()))
                .replaceWith(answer);
    }

    /** Deletes answers that were given before, a few at a time; tells how many. */
    Uni<Integer> forget(OffsetDateTime before, int limit) {
        return pool.withConnection(sql -> sql.preparedQuery(FORGET).execute(Tuple.of(before, limit)))
                .map(rows -> rows.rowCount());
    }
}
