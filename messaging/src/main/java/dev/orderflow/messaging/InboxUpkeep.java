package dev.orderflow.messaging;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;

/** What is done from time to time: care for the inbox, take the figures that metrics show. */
@ApplicationScoped
class InboxUpkeep {

    private static final Duration CARE = Duration.ofHours(1);
    private static final Duration CARE_AFTER_FAILURE = Duration.ofMinutes(1);
    private static final Duration FIGURES = Duration.ofSeconds(5);

    private final Repetition care;
    private final Repetition figures;

    InboxUpkeep(InboxCare inbox, FlowQuery flow, Vertx vertx) {
        care = new Repetition(vertx, inbox::run, CARE, CARE_AFTER_FAILURE);
        figures = new Repetition(vertx, () -> flow.read().replaceWithVoid(), FIGURES, FIGURES);
    }

    void start(@Observes StartupEvent event) {
        care.start();
        figures.start();
    }

    void stop(@Observes ShutdownEvent event) {
        care.stop();
        figures.stop();
    }
}
