package dev.orderflow.contracts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The document and the schemas tell of the same events. */
class AsyncApiTest {

    private final JsonNode document = read();

    @Test
    void tellsOfEveryEventOnceOnTheTopicOfItsService() throws IOException {
        Set<String> told = new HashSet<>();
        for (JsonNode channel : document.required("channels")) {
            for (JsonNode message : channel.required("messages")) {
                String eventType =
                        resolve(message.required("$ref")).required("name").textValue();
                assertTrue(told.add(eventType), eventType);
                assertEquals(
                        eventType.replaceFirst("\\..*", ".events.v1"),
                        channel.required("address").textValue());
            }
        }
        assertEquals(EventSchemasTest.eventTypes().collect(Collectors.toSet()), told);
    }

    @Test
    void pointsEveryMessageAtItsOwnSchema() {
        for (JsonNode message : document.at("/components/messages")) {
            String eventType = message.required("name").textValue();
            assertEquals(
                    "./schemas/" + eventType + ".json",
                    message.at("/payload/schema/$ref").textValue());
            assertFalse(message.at("/bindings/kafka/key").isMissingNode(), eventType);
        }
    }

    @Test
    void refersOnlyToWhatIsThere() {
        List<JsonNode> references = document.findValues("$ref");
        assertFalse(references.isEmpty());
        for (JsonNode reference : references) {
            String target = reference.textValue();
            boolean there =
                    target.startsWith("#") ? !resolve(reference).isMissingNode() : Files.exists(Path.of(target));
            assertTrue(there, target);
        }
    }

    private JsonNode resolve(JsonNode reference) {
        return document.at(reference.textValue().substring(1));
    }

    private static JsonNode read() {
        try {
            return new ObjectMapper(new YAMLFactory())
                    .readTree(Path.of("asyncapi.yaml").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
