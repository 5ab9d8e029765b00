package dev.orderflow.contracts;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class EventSchemasTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    static Stream<String> eventTypes() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("schemas"))) {
            return files
                    .map(file -> file.getFileName().toString().replaceFirst("\\.json$", ""))
                    .filter(name -> name.contains(".")) // the others are no events: common, envelope
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("eventTypes")
    void acceptsItsOwnExample(String eventType) throws IOException {
        assertEquals(List.of(), EventSchemas.violations(eventType, bytes(example(eventType))));
    }

    @ParameterizedTest
    @MethodSource("eventTypes")
    void toleratesAnUnknownField(String eventType) throws IOException {
        ObjectNode event = example(eventType).put("added_later", true);

        assertEquals(List.of(), EventSchemas.violations(eventType, bytes(event)));
    }

    @ParameterizedTest
    @MethodSource("eventTypes")
    void missesEveryRequiredField(String eventType) throws IOException {
        for (JsonNode field : schema(eventType).required("required")) {
            ObjectNode event = example(eventType);
            event.remove(field.textValue());

            assertFalse(EventSchemas.violations(eventType, bytes(event)).isEmpty(), field::textValue);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "order_id, '\"42\"'",
        "order_id, 'null'",
        "customer_id, '\"\"'",
        "customer_id, '\"a b\"'",
        "items, '[]'",
        "items, '[{\"product_id\":\"0198c7b1-20aa-7c41-8f62-0a9be17d4c05\",\"quantity\":0,\"price\":\"1\"}]'",
        "items, '[{\"product_id\":\"0198c7b1-20aa-7c41-8f62-0a9be17d4c05\",\"quantity\":1.5,\"price\":\"1\"}]'",
        "items, '[{\"product_id\":\"0198c7b1-20aa-7c41-8f62-0a9be17d4c05\",\"quantity\":1}]'",
        "total, '99.98'",
        "total, '\"-1\"'",
        "total, '\"1e3\"'",
        "total, '\"1,5\"'",
        "total, '\"01\"'",
        "currency, '\"usd\"'",
        "contact_ref, '\"someone@example.com\"'",
    })
    void refusesABadValue(String field, String value) throws IOException {
        ObjectNode event = example("order.placed");
        event.set(field, JSON.readTree(value));

        assertFalse(EventSchemas.violations("order.placed", bytes(event)).isEmpty());
    }

    @Test
    void acceptsTheHeadersOfAnEvent() throws IOException {
        assertEquals(List.of(), EventSchemas.headerViolations(headers()));
    }

    @ParameterizedTest
    @CsvSource({
        "ce_id, 42",
        "ce_time, 2026-03-01T09:30:00+01:00",
        "ce_time, yesterday",
        "ce_sequence, 0",
        "ce_eventversion, 1",
        "ce_specversion, 0.3",
        "content-type, text/plain",
        "traceparent, none"
    })
    void refusesABadHeader(String header, String value) throws IOException {
        Map<String, String> headers = headers();
        headers.put(header, value);

        assertFalse(EventSchemas.headerViolations(headers).isEmpty());
    }

    @Test
    void missesAHeader() throws IOException {
        Map<String, String> headers = headers();
        headers.remove("ce_correlationid");

        assertFalse(EventSchemas.headerViolations(headers).isEmpty());
    }

    @Test
    void saysWhenThereIsNoSuchEvent() {
        assertEquals(
                List.of("no schema for event type order.lost"),
                EventSchemas.violations("order.lost", "{}".getBytes(UTF_8)));
    }

    @Test
    void refusesWhatIsNoJson() {
        assertFalse(EventSchemas.violations("order.placed", "<order/>".getBytes(UTF_8))
                .isEmpty());
    }

    private static Map<String, String> headers() throws IOException {
        return JSON.convertValue(example("envelope"), new TypeReference<>() {});
    }

    private static JsonNode schema(String eventType) throws IOException {
        return JSON.readTree(Path.of("schemas", eventType + ".json").toFile());
    }

    private static ObjectNode example(String eventType) throws IOException {
        return schema(eventType).withArray("examples").required(0).deepCopy();
    }

    private static byte[] bytes(JsonNode event) throws IOException {
        return JSON.writeValueAsBytes(event);
    }
}
