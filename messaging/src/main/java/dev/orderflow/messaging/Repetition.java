package dev.orderflow.messaging;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Work that is done again and again. The pause is counted from the end of a run, so slow ones never pile up. Of failures
 * in a row the first is said, and none after the stop: a pool that is closed by then is no news.
 */
public final class Repetition {

    private static final Logger LOG = Logger.getLogger(Repetition.class);

    private final Vertx vertx;
    private final Supplier<Uni<Void>> work;
    private final Duration pause;
    private final Duration pauseAfterFailure;
    private volatile boolean stopped;
    private volatile boolean failed;

    /**
     * Does nothing before {@link #start}.
     *
     * @param work is asked for once for each run; what it throws is a failure, too
     * @param pause after a run that went well
     * @param pauseAfterFailure after one that did not
     */
    public Repetition(Vertx vertx, Supplier<Uni<Void>> work, Duration pause, Duration pauseAfterFailure) {
        this.vertx = vertx;
        this.work = work;
        this.pause = pause;
        this.pauseAfterFailure = pauseAfterFailure;
    }

    /** Runs for the first time, now. */
    public void start() {
        if (!stopped) {
            Uni.createFrom().deferred(() -> work.get()).subscribe().with(done -> succeeded(), this::failed);
        }
    }

    /** A run that is going on comes to its end; there is no further one. */
    public void stop() {
        stopped = true;
    }

    private void succeeded() {
        failed = false;
        again(pause);
    }

    private void failed(Throwable failure) {
        if (!stopped && !failed) {
            LOG.warnf("left for the next time: %s", failure);
        }
        failed = true;
        again(pauseAfterFailure);
    }

    private void again(Duration after) {
        if (!stopped) {
            vertx.setTimer(after.toMillis(), id -> start());
        }
    }
}
