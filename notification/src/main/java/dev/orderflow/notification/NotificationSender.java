package dev.orderflow.notification;

import dev.orderflow.messaging.Cause;
import dev.orderflow.messaging.Correlation;
import dev.orderflow.notification.domain.Decision;
import dev.orderflow.notification.domain.Outcome;
import dev.orderflow.notification.domain.Outcome.Rejected;
import dev.orderflow.notification.domain.Outcome.Unavailable;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Works off what is due. Any number of replicas may do so: a claimed notification is the claimer's until its lease ends.
 * A crash in between costs the lease's time, and a message that was sent already is sent again with the same Message-ID.
 */
@ApplicationScoped
class NotificationSender {

    private static final Logger LOG = Logger.getLogger(NotificationSender.class);

    private final NotificationService service;
    private final Delivery delivery;
    private final Stories stories;
    private final NotificationConfig config;
    private final AtomicBoolean running = new AtomicBoolean();
    private volatile boolean wanted;
    private volatile boolean stopped;
    private volatile CountDownLatch ended = new CountDownLatch(0);
    private volatile Cancellable timer = () -> {};

    NotificationSender(NotificationService service, Delivery delivery, Stories stories, NotificationConfig config) {
        this.service = service;
        this.delivery = delivery;
        this.stories = stories;
        this.config = config;
    }

    void start(@Observes StartupEvent event) {
        timer = Multi.createFrom()
                .ticks()
                .every(config.sendInterval())
                .onOverflow()
                .drop()
                .subscribe()
                .with(tick -> wake());
    }

    /** Lets those end that are under way, so that no message goes out twice because of an orderly stop. */
    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        stopped = true;
        timer.cancel();
        if (!ended.await(config.sendTimeout().plus(config.callTimeout()).toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.warn("stopped while messages were being sent; they will be sent again");
        }
    }

    /** There may be something to send. Returns at once. */
    void wake() {
        wanted = true;
        if (!stopped && running.compareAndSet(false, true)) {
            ended = new CountDownLatch(1);
            stories.onContextOfItsOwn(this::run);
        }
    }

    private void run() {
        wanted = false;
        sweep().subscribe().with(sent -> again(sent >= config.sendBatch()), failure -> {
            LOG.warnf("nothing can be claimed: %s", failure.toString());
            again(false);
        });
    }

    private void again(boolean more) {
        if ((more || wanted) && !stopped) {
            stories.onContextOfItsOwn(this::run);
            return;
        }
        running.set(false);
        ended.countDown();
        if (wanted) {
            wake();
        }
    }

    /** Sends one batch; tells how many were tried. */
    Uni<Integer> sweep() {
        return service.claim().chain(this::deliver);
    }

    private Uni<Integer> deliver(List<Claimed> batch) {
        if (batch.isEmpty()) {
            return Uni.createFrom().item(0);
        }
        return Uni.join()
                .all(batch.stream().map(this::deliver).toList())
                .andCollectFailures()
                .replaceWith(batch.size());
    }

    private Uni<Boolean> deliver(Claimed claimed) {
        return stories.within(claimed.cause(), "send email", cause -> attempt(claimed, cause))
                .onFailure()
                // The lease ends by itself, and then it is tried again.
                .recoverWithItem(failure -> {
                    LOG.warnf("not marked: notificationId=%s failure=%s", claimed.id(), failure.toString());
                    return false;
                });
    }

    private Uni<Boolean> attempt(Claimed claimed, Cause cause) {
        Span span = Span.current().setAttribute("network.protocol.name", "smtp");
        if (claimed.orderId() != null) {
            Correlation.order(claimed.orderId().toString());
        }
        return delivery.attempt(claimed)
                .invoke(attempt -> mark(span, attempt.outcome()))
                .chain(attempt -> finish(claimed, attempt, cause));
    }

    private static void mark(Span span, Outcome outcome) {
        span.setAttribute("orderflow.outcome", outcome.getClass().getSimpleName());
        if (outcome instanceof Unavailable || outcome instanceof Rejected) {
            span.setStatus(StatusCode.ERROR);
        }
    }

    private Uni<Boolean> finish(Claimed claimed, Attempt attempt, Cause cause) {
        Decision decision = Decision.on(
                attempt.outcome(),
                config.patience(),
                claimed.attempt(),
                claimed.age(),
                ThreadLocalRandom.current().nextDouble());
        return service.finish(claimed, decision, attempt.recipient(), cause)
                .invoke(ours -> log(claimed, attempt, ours ? decision.toString() : "taken over"));
    }

    /** Once when it does not go through at first, once when it ends; the attempts in between are many and the same. */
    private static void log(Claimed claimed, Attempt attempt, String result) {
        boolean again = attempt.outcome() instanceof Unavailable && claimed.attempt() > 1;
        LOG.logf(
                again ? Logger.Level.DEBUG : Logger.Level.INFO,
                "%s: notificationId=%s orderId=%s occasion=%s attempt=%d outcome=%s",
                result,
                claimed.id(),
                claimed.orderId(),
                claimed.occasion(),
                claimed.attempt(),
                attempt.outcome());
    }
}
