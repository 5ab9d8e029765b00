package dev.orderflow.contracts;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.AbsoluteIri;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import com.networknt.schema.resource.InputStreamSource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Says what is wrong with an event: with its body, with its headers. */
public final class EventSchemas {

    /** Stands for the folder of the schemas, so that they refer to each other by file name. */
    private static final String FOLDER = "orderflow:/schemas/";

    private EventSchemas() {}

    /**
     * What the schema of {@code eventType} has against {@code body}, formats included; empty when nothing. Not being JSON
     * and having no schema are violations like others.
     */
    public static List<String> violations(String eventType, byte[] body) {
        if (read(eventType + ".json") == null) {
            return List.of("no schema for event type " + eventType);
        }
        return violationsOf(eventType, new String(body, StandardCharsets.UTF_8));
    }

    /** What {@code envelope.json} has against the headers of an event's record; empty when nothing. */
    public static List<String> headerViolations(Map<String, String> headers) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        headers.forEach(json::put);
        return violationsOf("envelope", json.toString());
    }

    private static List<String> violationsOf(String schema, String json) {
        try {
            return schema(schema).validate(json, InputFormat.JSON).stream()
                    .map(ValidationMessage::getMessage)
                    .sorted()
                    .toList();
        } catch (IllegalArgumentException e) {
            return List.of("not JSON: " + e.getMessage());
        }
    }

    private static JsonSchema schema(String name) {
        JsonSchemaFactory factory = JsonSchemaFactory.getInstance(
                VersionFlag.V202012, builder -> builder.schemaLoaders(loaders -> loaders.add(EventSchemas::load)));
        return factory.getSchema(
                SchemaLocation.of(FOLDER + name + ".json"),
                SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build());
    }

    private static @Nullable InputStreamSource load(AbsoluteIri iri) {
        String location = iri.toString();
        byte[] found = location.startsWith(FOLDER) ? read(location.substring(FOLDER.length())) : null;
        return found == null ? null : () -> new ByteArrayInputStream(found);
    }

    private static byte @Nullable [] read(String file) {
        try (InputStream in = EventSchemas.class.getResourceAsStream("/schemas/" + file)) {
            return in == null ? null : in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
