package dev.orderflow.order;

import dev.orderflow.messaging.Repetition;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Does what no message asks for, when its time has come: cancels orders past their deadline, and keeps the stock of
 * pending orders held until inventory has bound it. The times are rows, so nothing is forgotten in a crash, and any
 * number of replicas share the work.
 */
@ApplicationScoped
class OrderTimers {

    private static final Logger LOG = Logger.getLogger(OrderTimers.class);
    private static final int HOLDS_AT_ONCE = 16; // of the bulkhead of 64 that requests share

    private final OrderService service;
    private final HoldRepository holds;
    private final InventoryClient inventory;
    private final OrderConfig config;
    private final List<Repetition> sweeps = new ArrayList<>();

    OrderTimers(OrderService service, HoldRepository holds, InventoryClient inventory, OrderConfig config) {
        this.service = service;
        this.holds = holds;
        this.inventory = inventory;
        this.config = config;
    }

    void start(@Observes StartupEvent event, Vertx vertx) {
        repeat(vertx, this::expireAll);
        repeat(vertx, this::extendHolds);
    }

    void stop(@Observes ShutdownEvent event) {
        sweeps.forEach(Repetition::stop);
    }

    private void repeat(Vertx vertx, Supplier<Uni<Void>> sweep) {
        var repetition = new Repetition(vertx, sweep, config.sweepInterval(), config.sweepInterval());
        sweeps.add(repetition);
        repetition.start();
    }

    private Uni<Void> expireAll() {
        return service.expire(config.sweepBatch())
                .flatMap(expired ->
                        expired < config.sweepBatch() ? Uni.createFrom().voidItem() : expireAll());
    }

    private Uni<Void> extendHolds() {
        return holds.takeDue(config.sweepBatch(), config.holdRetry()).flatMap(due -> Multi.createFrom()
                .iterable(due)
                .onItem()
                .transformToUni(this::extendHold)
                .merge(HOLDS_AT_ONCE)
                .collect()
                .last()
                .flatMap(
                        _ -> due.size() < config.sweepBatch() ? Uni.createFrom().voidItem() : extendHolds()));
    }

    /** Whatever inventory answers, the order is not decided here: it is inventory's events that count. */
    private Uni<Void> extendHold(HoldRequest due) {
        return inventory
                .reserve(due)
                .flatMap(answer -> {
                    if (answer instanceof Reservation.Held held) {
                        return holds.extended(due.orderId(), held.renewAfter());
                    }
                    due.story()
                            .tell(
                                    due.orderId(),
                                    () -> LOG.warnf(
                                            "stock of a pending order is not held, trying again orderId=%s",
                                            due.orderId()));
                    return Uni.createFrom().voidItem();
                })
                .onFailure()
                .recoverWithUni(failure -> {
                    due.story()
                            .tell(
                                    due.orderId(),
                                    () -> LOG.infof(
                                            "hold not extended, trying again orderId=%s reason=%s",
                                            due.orderId(), failure));
                    return Uni.createFrom().voidItem();
                });
    }
}
