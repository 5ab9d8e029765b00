package dev.orderflow.messaging;

import static dev.orderflow.dev.TestPatience.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RepetitionTest {

    private static final Duration NEVER = Duration.ofDays(1);
    private static final Duration SOON = Duration.ofMillis(1);

    private final Vertx vertx = Vertx.vertx();
    private final List<CompletableFuture<Void>> runs = new CopyOnWriteArrayList<>();
    private final Said said = Said.by(Repetition.class);

    @AfterEach
    void close() {
        said.close();
        vertx.close();
    }

    @Test
    void aRunThatTakesLongIsNotOvertakenByTheNext() {
        Repetition repetition = new Repetition(vertx, this::run, SOON, NEVER);

        repetition.start();
        CompletableFuture<Void> manyPausesLater = new CompletableFuture<>();
        vertx.setTimer(100 * SOON.toMillis(), id -> manyPausesLater.complete(null));
        manyPausesLater.join();

        assertEquals(1, runs.size());
        runs.getFirst().complete(null);
        await().until(() -> runs.size() == 2);
    }

    @Test
    void afterAFailureItComesBackSooner() {
        Repetition repetition = new Repetition(vertx, this::run, NEVER, SOON);

        repetition.start();
        runs.getFirst().completeExceptionally(new IllegalStateException("not now"));

        await().until(() -> runs.size() == 2);
    }

    @Test
    void ofFailuresInARowTheFirstIsSaid() {
        Repetition repetition = new Repetition(vertx, this::run, SOON, SOON);

        repetition.start();
        for (int run = 0; run < 5; run++) {
            int next = run;
            await().until(() -> runs.size() == next + 1);
            runs.get(run).completeExceptionally(new IllegalStateException("not now"));
        }
        await().until(() -> runs.size() == 6);

        assertEquals(1, said.lines().size());
    }

    @Test
    void nothingIsSaidAndNothingRunsAfterTheStop() {
        Repetition repetition = new Repetition(vertx, this::run, SOON, SOON);

        repetition.start();
        repetition.stop();
        runs.getFirst().completeExceptionally(new IllegalStateException("Pool closed"));
        repetition.start();

        assertEquals(List.of(), said.lines());
        assertEquals(1, runs.size());
    }

    private Uni<Void> run() {
        CompletableFuture<Void> run = new CompletableFuture<>();
        runs.add(run);
        return Uni.createFrom().completionStage(run);
    }
}
