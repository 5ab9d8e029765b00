package dev.orderflow.messaging;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import org.jboss.logging.Logger;

/** What is done from time to time: prepare and drop inbox partitions, take the figures that metrics show. */
@ApplicationScoped
class InboxUpkeep {

    private static final Logger LOG = Logger.getLogger(InboxUpkeep.class);
    private static final Duration PARTITIONS = Duration.ofHours(1);
    private static final Duration FIGURES = Duration.ofSeconds(5);

    private final Pool pool;
    private final MessagingConfig config;
    private final FlowQuery flow;
    private final Vertx vertx;
    private long partitionTimer;
    private long figureTimer;

    InboxUpkeep(Pool pool, MessagingConfig config, FlowQuery flow, Vertx vertx) {
        this.pool = pool;
        this.config = config;
        this.flow = flow;
        this.vertx = vertx;
    }

    void start(@Observes StartupEvent event) {
        inBackground(partitions());
        partitionTimer = vertx.setPeriodic(PARTITIONS.toMillis(), id -> inBackground(partitions()));
        figureTimer = vertx.setPeriodic(FIGURES.toMillis(), id -> inBackground(flow.read()));
    }

    void stop(@Observes ShutdownEvent event) {
        vertx.cancelTimer(partitionTimer);
        vertx.cancelTimer(figureTimer);
    }

    Uni<Void> partitions() {
        return pool.preparedQuery("select inbox_maintain(make_interval(secs => $1))")
                .execute(Tuple.of((double) config.inboxKeep().toSeconds()))
                .replaceWithVoid();
    }

    // Without it the default partition takes everything, and figures are old: neither is worth an error to anyone.
    private static void inBackground(Uni<?> work) {
        work.subscribe().with(done -> {}, failure -> LOG.warnf("left for the next time: %s", failure));
    }
}
