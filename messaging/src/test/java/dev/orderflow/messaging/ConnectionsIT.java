package dev.orderflow.messaging;

import dev.orderflow.dev.TestDatabase;
import dev.orderflow.dev.TestServers;
import io.smallrye.mutiny.Multi;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("plain")
class ConnectionsIT {

    private static final Duration SILENCE = Duration.ofSeconds(2);

    /** Connections that are about to be given up because nobody has used them for so long. */
    @Test
    void nobodyGetsAConnectionThatIsJustGivenUp() throws InterruptedException {
        TestDatabase database = TestServers.newDatabase();
        Map<String, String> properties = Map.of("messaging.database-silence", SILENCE.toMillis() + "ms");
        try (Assembly assembly = new Assembly(database, TestServers.kafka(), 8, properties)) {
            for (int i = 0; i < 4; i++) {
                burst(assembly, 8);
                Thread.sleep(SILENCE); // it is this time that matters
                burst(assembly, 8);
            }
        } finally {
            TestServers.drop(database);
        }
    }

    private static void burst(Assembly assembly, int connections) {
        Multi.createFrom()
                .range(0, connections)
                .onItem()
                .transformToUni(i -> assembly.pool.withTransaction(
                        connection -> connection.query("select pg_sleep(0.005)").execute()))
                .merge(connections)
                .collect()
                .last()
                .await()
                .indefinitely();
    }
}
