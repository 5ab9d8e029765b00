package dev.orderflow.order;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.util.List;

/** The published contracts of events. */
final class Schemas {

    private static final JsonSchemaFactory FACTORY = JsonSchemaFactory.getInstance(VersionFlag.V202012);

    private Schemas() {}

    /** Where a body is not what its type promises. */
    static List<String> violations(String eventType, String body) {
        var schema = FACTORY.getSchema(SchemaLocation.of("classpath:schemas/" + eventType + ".json"));
        return schema.validate(body, InputFormat.JSON).stream()
                .map(Object::toString)
                .toList();
    }
}
