package dev.orderflow.analytics;

import dev.orderflow.messaging.Envelope;
import dev.orderflow.messaging.Transaction;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Function;

/** Writes events and figures in one transaction, and reads them in one session. */
@ApplicationScoped
class AnalyticsService {

    private final AnalyticsMessages messages;
    private final AnalyticsRepository repository;
    private final Figures figures;

    AnalyticsService(AnalyticsMessages messages, AnalyticsRepository repository, Figures figures) {
        this.messages = messages;
        this.repository = repository;
        this.figures = figures;
    }

    Uni<Void> apply(Transaction transaction, List<Envelope> fresh) {
        List<Received> events = fresh.stream().map(messages::read).toList();
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        return repository
                .log(transaction.sql(), events, now)
                .chain(() -> repository.add(transaction.sql(), Projection.of(events)));
    }

    <T> Uni<T> read(Function<Figures, Uni<T>> question) {
        return Panache.withSession(() -> question.apply(figures));
    }
}
