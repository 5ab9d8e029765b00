package dev.orderflow.messaging;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RetriableException;

/** What is done from time to time: care for the inbox, take the figures that metrics show. */
@ApplicationScoped
class InboxUpkeep {

    private static final Duration CARE = Duration.ofHours(1);
    private static final Duration CARE_AFTER_FAILURE = Duration.ofMinutes(1);
    private static final Duration FIGURES = Duration.ofSeconds(5);

    private final Repetition care;
    private final Repetition lag;
    private final Repetition figures;

    InboxUpkeep(InboxCare inbox, FlowQuery flow, ConsumerLag consumers, Vertx vertx) {
        care = new Repetition(vertx, inbox::run, CARE, CARE_AFTER_FAILURE);
        // A Kafka that is away is said by others.
        lag = new Repetition(
                vertx,
                () -> consumers.refresh().onFailure(InboxUpkeep::isKafkaAway).recoverWithNull(),
                FIGURES,
                FIGURES);
        // It takes long while a transaction elsewhere keeps all rows that were ever there.
        figures = new Repetition(vertx, new Sparing(() -> flow.read().replaceWithVoid()), FIGURES, FIGURES);
    }

    private static boolean isKafkaAway(Throwable failure) {
        Throwable cause =
                failure instanceof ExecutionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof RetriableException
                || cause.getClass() == KafkaException.class; // such as a name unknown
    }

    void start(@Observes StartupEvent event) {
        care.start();
        lag.start();
        figures.start();
    }

    void stop(@Observes ShutdownEvent event) {
        care.stop();
        lag.stop();
        figures.stop();
    }
}
