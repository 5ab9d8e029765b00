package dev.orderflow.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That the measurements can be taken; what they are says nothing here. */
@Tag("plain")
class BenchIT {

    @Test
    void measuresEveryStageAndWritesTheFiguresDown(@TempDir Path folder) throws Exception {
        Path json = folder.resolve("figures.json");

        Map<String, List<Double>> figures =
                Bench.run(Bench.Options.parse("--runs", "1", "--smoke", "--json", json.toString()));

        assertTrue(
                figures.values().stream().allMatch(runs -> runs.size() == 1 && runs.getFirst() > 0), figures::toString);
        JsonNode written = new ObjectMapper().readTree(Files.readString(json)).path("figures");
        assertEquals(figures.size(), written.size());
        for (String stage : List.of(
                "commit to acknowledged",
                "drain",
                "consume",
                "append, relay, consume",
                "idle",
                "pinned",
                "heap in use while a backlog",
                "heap in use while Kafka is away",
                "consume with a full")) {
            assertTrue(figures.keySet().stream().anyMatch(name -> name.startsWith(stage)), stage);
        }
    }
}
