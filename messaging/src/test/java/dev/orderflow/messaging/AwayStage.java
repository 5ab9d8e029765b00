package dev.orderflow.messaging;

import dev.orderflow.dev.Folders;
import dev.orderflow.dev.KafkaProcess;
import dev.orderflow.dev.Ports;
import dev.orderflow.dev.Project;
import dev.orderflow.dev.Topics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;

/** What a relay keeps on its heap while Kafka, which it has sent to before, is away and events go on to be written. */
final class AwayStage {

    private static final String TOPIC = "away.events.v1";

    private final BenchGround ground;

    AwayStage(BenchGround ground) {
        this.ground = ground;
    }

    void run() throws Exception {
        Path folder = Files.createTempDirectory("orderflow-bench-");
        KafkaProcess kafka = new KafkaProcess(Project.here(), folder.resolve("kafka"), Ports.free());
        try (var relay = relay(kafka)) {
            ground.fill(TOPIC, 0, ground.size.events() / 100);
            relay.await(() -> ground.unsent() == 0);
            kafka.kill();
            int few = ground.size.backlog() / 1_000;
            ground.fill(TOPIC, 0, few);
            double small = watchHeap();
            ground.fill(TOPIC, few, ground.size.backlog() / 10);
            double large = watchHeap();
            kafka.start();
            relay.await(() -> ground.unsent() == 0);
            ground.note("heap in use while Kafka is away, MB", large);
            ground.note("  with a hundredth of the events, MB", small);
        } finally {
            kafka.kill();
            Folders.delete(folder);
        }
    }

    private RelayThread relay(KafkaProcess kafka) throws InterruptedException {
        kafka.start();
        try (Admin admin = Topics.admin(kafka.bootstrapServers())) {
            Topics.create(admin, List.of(Topics.events(TOPIC)));
        }
        Assembly it = ground.assembly;
        Map<String, Object> settings = Map.of("bootstrap.servers", kafka.bootstrapServers());
        RelayThread relay = new RelayThread(new RelayParts(it.connections, it.vertx, settings, it.spans), it);
        relay.awaitOwner();
        return relay;
    }

    /** For longer than it takes to set aside all that is ever set aside. */
    private double watchHeap() throws InterruptedException {
        Countdown time =
                new Countdown(Duration.ofSeconds(ground.size.latencySeconds()).dividedBy(4));
        double most = 0;
        while (!time.isOver()) {
            most = Math.max(most, GrowthStage.liveHeap());
            Thread.sleep(100); // for the relay: whoever looks at the heap holds everybody up
        }
        return most;
    }
}
