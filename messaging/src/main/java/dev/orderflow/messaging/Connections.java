package dev.orderflow.messaging;

import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.core.tracing.TracingPolicy;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.pgclient.PgConnection;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnectOptions;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** How a service connects: the pool of its transactions, whose sessions are bounded, and the relay's own connection. */
@Singleton
class Connections implements PgPoolCreator {

    // A transaction that was forgotten holds locks and keeps the vacuum from cleaning the outbox: the server ends it.
    private static final Map<String, String> TRANSACTIONS = Map.of(
            "idle_in_transaction_session_timeout", "5s",
            "transaction_timeout", "30s",
            "lock_timeout", "5s");

    // The server finds out within 20 s that a relay's machine is gone, and frees its lock.
    private static final Map<String, String> RELAY = Map.of(
            "tcp_keepalives_idle", "5",
            "tcp_keepalives_interval", "5",
            "tcp_keepalives_count", "3",
            "statement_timeout", "30s",
            // The same few statements for ever: what they touch is known without looking at their parameters.
            "plan_cache_mode", "force_generic_plan",
            // A deletion that a crash of the server undoes is a repeat, which every consumer drops: no need to wait for
            // the disk.
            "synchronous_commit", "off",
            "application_name", "outbox-relay");

    private static final Duration CONNECT = Duration.ofSeconds(10);

    private final MessagingConfig config;
    private volatile PgConnectOptions base = new PgConnectOptions();

    Connections(MessagingConfig config) {
        this.config = config;
    }

    @Override
    public Pool create(Input input) {
        base = new PgConnectOptions(input.pgConnectOptionsList().getFirst());
        input.pgConnectOptionsList().forEach(options -> {
            TRANSACTIONS.forEach(options::addProperty);
            // A server that vanished without a word: whoever waits for it is told, for no statement may take longer.
            options.setTcpKeepAlive(true)
                    .setIdleTimeout((int) config.databaseSilence().toMillis())
                    .setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
        });
        input.poolOptions()
                .setConnectionTimeout((int) config.connectionWait().toMillis())
                .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS)
                .setMaxWaitQueueSize(config.connectionQueue());
        return PgBuilder.pool()
                .with(input.poolOptions())
                .connectingTo(List.<SqlConnectOptions>copyOf(input.pgConnectOptionsList()))
                .using(input.vertx())
                .build();
    }

    /** How long one may be without an answer before it is given up. */
    Duration silence() {
        return config.databaseSilence();
    }

    /** Opens a connection outside the pool; blocks. */
    PgConnection dedicated(Vertx vertx) {
        PgConnectOptions options = new PgConnectOptions(base)
                .setTracingPolicy(TracingPolicy.IGNORE)
                .setCachePreparedStatements(true);
        RELAY.forEach(options::addProperty);
        return PgConnection.connect(vertx, options).await().atMost(CONNECT);
    }
}
