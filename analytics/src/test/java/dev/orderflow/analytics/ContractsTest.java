package dev.orderflow.analytics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.orderflow.contracts.EventSchemas;
import dev.orderflow.dev.TestTopic;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The contracts as analytics reads them. */
class ContractsTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final AnalyticsMessages messages = new AnalyticsMessages();

    @Test
    void understandsEveryExampleAndAnAdditionToIt() throws IOException {
        for (String type : AnalyticsMessages.CONSUMED) {
            JsonNode examples = JSON.readTree(schema(type)).get("examples");
            assertFalse(examples.isEmpty(), type);
            for (JsonNode example : examples) {
                Received before = read(type, example);
                ((ObjectNode) example).putObject("added_later").put("by", "somebody");
                Received after = read(type, example);
                assertEquals(before.lines(), after.lines(), type);
                assertEquals(before.orderId(), after.orderId(), type);
                assertEquals(example.has("order_id"), after.orderId() != null, type);
            }
        }
    }

    @Test
    void keepsEveryTypeOfEventThatThereIs() throws IOException, URISyntaxException {
        URI schemas = Objects.requireNonNull(ContractsTest.class.getResource("/schemas/order.placed.json"))
                .toURI();
        if (schemas.getScheme().equals("jar")) {
            try (FileSystem jar = FileSystems.newFileSystem(schemas, Map.of())) {
                assertEquals(types(jar.getPath("/schemas")), AnalyticsMessages.CONSUMED);
            }
        } else {
            assertEquals(types(Path.of(schemas).resolveSibling(".")), AnalyticsMessages.CONSUMED);
        }
    }

    private static Set<String> types(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString().replace(".json", ""))
                    .filter(type -> type.contains("."))
                    .collect(Collectors.toSet());
        }
    }

    @Test
    void theTestsOwnEventsAreValid() {
        TestEvent.random(new Random(3), List.of(TestEvent.id()), 50, NOON)
                .forEach(event -> assertEquals(
                        List.of(),
                        EventSchemas.violations(event.type(), TestTopic.bytes(event.body())),
                        event.toString()));
    }

    private Received read(String type, JsonNode body) {
        String key = Stream.of("notification_id", "order_id", "product_id")
                .filter(body::has)
                .findFirst()
                .orElseThrow();
        String subject = body.get(key).textValue();
        return messages.read(
                TestEvent.of(type, subject, 1, NOON, body.toString()).envelope());
    }

    private static InputStream schema(String type) {
        InputStream found = ContractsTest.class.getResourceAsStream("/schemas/" + type + ".json");
        if (found == null) {
            throw new AssertionError("no schema of " + type);
        }
        return found;
    }
}
