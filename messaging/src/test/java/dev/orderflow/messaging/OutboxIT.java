package dev.orderflow.messaging;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orderflow.dev.TestServers;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.UUID;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(value = TestServers.class, initArgs = @ResourceArg(name = "topics", value = Things.TOPIC))
class OutboxIT {

    @Inject
    Things things;

    private final Wire wire = new Wire(TestServers.kafka());

    @Test
    void publishesWhatWasCommitted() {
        String id = UUID.randomUUID().toString();

        things.happen(id, "first").await().indefinitely();

        await().until(() -> wire.read(Things.TOPIC, id).size() == 1);
        assertEquals("1", Wire.header(wire.read(Things.TOPIC, id).getFirst(), "ce_sequence"));
    }

    @Test
    void appliesWhatArrives() {
        String id = UUID.randomUUID().toString();

        things.happen(id, "seen").await().indefinitely();

        await().until(() -> things.handled(id).size() == 1);
    }
}
