package dev.orderflow.contracts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What contracts promise, by name: every rpc, field and enum value of the protos; every field, value and required set of
 * the schemas; the topic of every event. Descriptions and examples are no promises.
 */
final class Promises {

    private static final List<String> NO_PROMISES = List.of(
            "$schema", "$defs", "$ref", "title", "description", "examples", "properties", "items", "required", "enum");

    private final Map<String, String> promises = new TreeMap<>();
    private final Map<String, JsonNode> schemas;

    private Promises(Map<String, JsonNode> schemas) {
        this.schemas = schemas;
    }

    static Map<String, String> of(Contracts contracts) {
        Promises all = new Promises(contracts.schemas());
        all.addProtos(contracts.protos());
        contracts.schemas().forEach((file, schema) -> {
            if (!file.equals("common.json")) { // promises something only where it is referred to
                String type = file.replaceFirst("\\.json$", "");
                all.promises.put("schema " + type, "there");
                all.addSchema(type, file, schema);
            }
        });
        all.addTopics(contracts.asyncApi());
        return all.promises;
    }

    // protos

    private void addProtos(FileDescriptorSet set) {
        for (FileDescriptorProto file : set.getFileList()) {
            String scope = file.getPackage() + ".";
            file.getServiceList()
                    .forEach(service -> service.getMethodList().forEach(rpc -> addRpc(scope + service.getName(), rpc)));
            file.getMessageTypeList().forEach(message -> addMessage(scope, message));
            file.getEnumTypeList().forEach(type -> addEnum(scope, type));
        }
    }

    private void addRpc(String service, MethodDescriptorProto rpc) {
        promises.put(
                "rpc " + service + "." + rpc.getName(),
                (rpc.getClientStreaming() ? "stream " : "") + rpc.getInputType() + " -> "
                        + (rpc.getServerStreaming() ? "stream " : "") + rpc.getOutputType());
    }

    private void addMessage(String scope, DescriptorProto message) {
        String name = scope + message.getName();
        TreeSet<String> required = new TreeSet<>();
        for (FieldDescriptorProto field : message.getFieldList()) {
            promises.put("field " + name + "." + field.getName(), shape(message, field));
            if (field.getLabel() == Label.LABEL_REQUIRED) {
                required.add(field.getName());
            }
        }
        promises.put("required fields of " + name, required.toString());
        message.getNestedTypeList().forEach(nested -> addMessage(name + ".", nested));
        message.getEnumTypeList().forEach(nested -> addEnum(name + ".", nested));
    }

    private static String shape(DescriptorProto message, FieldDescriptorProto field) {
        String type =
                field.hasTypeName() ? field.getTypeName() : field.getType().name();
        String presence = field.getProto3Optional()
                ? "explicit presence"
                : field.hasOneofIndex()
                        ? "in oneof "
                                + message.getOneofDecl(field.getOneofIndex()).getName()
                        : field.getLabel().name();
        return "(" + field.getNumber() + ", " + type + ", " + presence + ", JSON " + field.getJsonName() + ")";
    }

    private void addEnum(String scope, EnumDescriptorProto type) {
        type.getValueList()
                .forEach(value -> promises.put(
                        "value " + scope + type.getName() + "." + value.getName(), "" + value.getNumber()));
    }

    // schemas

    private void addSchema(String path, String file, JsonNode schema) {
        if (schema.has("$ref")) {
            addReferredTo(path, file, schema);
            return;
        }
        TreeMap<String, String> constraints = new TreeMap<>();
        schema.properties().forEach(keyword -> {
            if (!NO_PROMISES.contains(keyword.getKey())) {
                constraints.put(keyword.getKey(), keyword.getValue().toString());
            }
        });
        promises.put("field " + path, constraints.toString());
        schema.path("enum").forEach(value -> promises.put("value " + path + "=" + value.asText(), "allowed"));
        schema.path("properties")
                .properties()
                .forEach(property -> addSchema(path + "/" + property.getKey(), file, property.getValue()));
        if (schema.has("properties")) {
            TreeSet<String> required = new TreeSet<>();
            schema.path("required").forEach(field -> required.add(field.asText()));
            promises.put("required fields of " + path, required.toString());
        }
        if (schema.has("items")) {
            addSchema(path + "/*", file, schema.required("items"));
        }
    }

    private void addReferredTo(String path, String file, JsonNode schema) {
        String[] reference = schema.required("$ref").asText().split("#", 2);
        String target = reference[0].isEmpty() ? file : reference[0];
        JsonNode referred = schemas.getOrDefault(target, schema.path("missing")).at(reference[1]);
        if (!(referred instanceof ObjectNode found)) {
            throw new IllegalArgumentException(path + " refers to nothing: " + schema);
        }
        ObjectNode merged = found.deepCopy().setAll((ObjectNode) schema.deepCopy());
        if (!found.has("$ref")) {
            merged.remove("$ref");
        }
        addSchema(path, target, merged);
    }

    // topics

    private void addTopics(JsonNode asyncApi) {
        for (JsonNode channel : asyncApi.required("channels")) {
            for (JsonNode message : channel.required("messages")) {
                JsonNode event = asyncApi.at(message.required("$ref").asText().substring(1));
                promises.put(
                        "event " + event.required("name").asText(),
                        "on " + channel.required("address").asText());
            }
        }
    }
}
