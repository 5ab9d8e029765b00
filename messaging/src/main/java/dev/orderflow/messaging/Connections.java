package dev.orderflow.messaging;

import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.tracing.TracingPolicy;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.pgclient.PgConnection;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnectOptions;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** How a service connects: the pool of its transactions, whose sessions are bounded, and the relay's own connection. */
@Singleton
class Connections implements PgPoolCreator {

    /** What takes longer is ended by the server, with its connection. */
    static final Duration LONGEST_TRANSACTION = Duration.ofSeconds(30);

    // A transaction that was forgotten holds locks and keeps the vacuum from cleaning the outbox: the server ends it.
    private static final Map<String, String> TRANSACTIONS = Map.of(
            "idle_in_transaction_session_timeout", "5s",
            "transaction_timeout", LONGEST_TRANSACTION.toSeconds() + "s",
            "lock_timeout", "5s");

    // The server finds out within 20 s that a relay's machine is gone, and frees its lock.
    static final Map<String, String> RELAY = Map.ofEntries(
            Map.entry("tcp_keepalives_idle", "5"),
            Map.entry("tcp_keepalives_interval", "5"),
            Map.entry("tcp_keepalives_count", "3"),
            Map.entry("statement_timeout", "30s"),
            // The same few statements for ever: what they touch is known without looking at their parameters.
            Map.entry("plan_cache_mode", "force_generic_plan"),
            // A bucket is read from its first row on, a few steps into its index. That most rows have the one topic is
            // unknown to such a plan, and it would read and sort whole buckets instead.
            Map.entry("enable_seqscan", "off"),
            Map.entry("enable_bitmapscan", "off"),
            Map.entry("enable_sort", "off"),
            // A deletion that a crash of the server undoes is a repeat, which every consumer drops: no need to
            // wait for the disk.
            Map.entry("synchronous_commit", "off"),
            Map.entry("application_name", "outbox-relay"));

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
        // One that nobody uses leaves the pool before its silence ends it: that could be at the moment when
        // somebody gets it.
        Duration idle = config.databaseSilence().dividedBy(2);
        PoolOptions pool = input.poolOptions()
                .setIdleTimeout((int) idle.toMillis())
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                .setPoolCleanerPeriod((int) idle.dividedBy(4).toMillis())
                .setConnectionTimeout((int) config.connectionWait().toMillis())
                .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS)
                .setMaxWaitQueueSize(config.connectionQueue());
        return PgBuilder.pool()
                .with(pool)
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
                .setCachePreparedStatements(true)
                .setTcpKeepAlive(true);
        RELAY.forEach(options::addProperty);
        Uni<PgConnection> connecting =
                PgConnection.connect(vertx, options).memoize().indefinitely();
        try {
            return connecting.await().atMost(CONNECT);
        } catch (TimeoutException e) {
            // Nobody waits for it any more: what comes late is a session that nobody would ever close.
            connecting.subscribe().with(late -> late.closeAndForget(), failure -> {});
            throw e;
        }
    }
}
