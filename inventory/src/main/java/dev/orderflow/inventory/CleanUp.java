package dev.orderflow.inventory;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.function.Function;

/** Deletes what is past its time, a thousand rows at once, so that no table grows without end and nobody waits for it. */
@Singleton
class CleanUp {

    private static final int AT_ONCE = 1000;

    private final InventoryConfig config;
    private final InventoryRepository reservations;
    private final AnswerRepository answers;
    private final Pool pool;

    CleanUp(InventoryConfig config, InventoryRepository reservations, AnswerRepository answers, Pool pool) {
        this.config = config;
        this.reservations = reservations;
        this.answers = answers;
        this.pool = pool;
    }

    Uni<Void> run() {
        return all(
                        config.reservationRetention(),
                        before -> pool.withTransaction(sql -> reservations.forget(sql, before, AT_ONCE)))
                .chain(() -> all(config.answerRetention(), before -> answers.forget(before, AT_ONCE)));
    }

    private static Uni<Void> all(Duration age, Function<OffsetDateTime, Uni<Integer>> delete) {
        // Days old: on this scale the clocks of this machine and of the database agree.
        OffsetDateTime before = Instant.now().minus(age).atOffset(ZoneOffset.UTC);
        return delete.apply(before)
                .chain(deleted -> deleted < AT_ONCE ? Uni.createFrom().voidItem() : all(age, delete));
    }
}
