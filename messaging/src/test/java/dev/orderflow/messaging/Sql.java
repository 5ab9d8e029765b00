package dev.orderflow.messaging;

import io.vertx.mutiny.sqlclient.Pool;

/** What tests ask a service's own database for. */
final class Sql {

    private Sql() {}

    /** The first column of the first row. */
    static long number(Pool pool, String sql) {
        return pool.query(sql)
                .execute()
                .await()
                .indefinitely()
                .iterator()
                .next()
                .getLong(0);
    }
}
