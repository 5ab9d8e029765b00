package dev.orderflow.contracts;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The gate: the contracts keep what was released. And each rule of it is broken once, on a copy. */
class CompatibilityTest {

    private static Contracts current;

    @BeforeAll
    static void compile() throws IOException, InterruptedException {
        current = Contracts.current(Path.of("").toAbsolutePath());
    }

    @Test
    void keepsWhatWasReleased() throws IOException {
        Contracts released = Contracts.released(Path.of("").toAbsolutePath());

        assertEquals(List.of(), Compatibility.violations(Promises.of(released), Promises.of(current)), "see README.md");
    }

    // protos

    @Test
    void noticesARemovedField() {
        assertEquals(
                List.of("removed: field orderflow.inventory.v1.Shortage.available"),
                afterMessage("Shortage", shortage -> shortage.removeField(2)));
    }

    @Test
    void noticesARenumberedField() {
        assertEquals(
                List.of("changed: field orderflow.inventory.v1.Shortage.available"
                        + " was (3, TYPE_INT64, LABEL_OPTIONAL, JSON available),"
                        + " is (4, TYPE_INT64, LABEL_OPTIONAL, JSON available)"),
                afterMessage("Shortage", shortage -> shortage.getFieldBuilder(2).setNumber(4)));
    }

    @Test
    void noticesARetypedField() {
        assertEquals(
                List.of("changed: field orderflow.inventory.v1.Shortage.available"
                        + " was (3, TYPE_INT64, LABEL_OPTIONAL, JSON available),"
                        + " is (3, TYPE_STRING, LABEL_OPTIONAL, JSON available)"),
                afterMessage("Shortage", shortage -> shortage.getFieldBuilder(2)
                        .setType(FieldDescriptorProto.Type.TYPE_STRING)));
    }

    @Test
    void noticesARenamedField() {
        assertEquals(
                List.of("removed: field orderflow.inventory.v1.Shortage.available"),
                afterMessage("Shortage", shortage -> shortage.getFieldBuilder(2).setName("left")));
    }

    @Test
    void noticesANewlyRequiredField() {
        FieldDescriptorProto required = FieldDescriptorProto.newBuilder()
                .setName("warehouse")
                .setNumber(9)
                .setType(FieldDescriptorProto.Type.TYPE_STRING)
                .setLabel(Label.LABEL_REQUIRED)
                .build();
        assertEquals(
                List.of("changed: required fields of orderflow.inventory.v1.Shortage was [], is [warehouse]"),
                afterMessage("Shortage", shortage -> shortage.addField(required)));
    }

    @Test
    void noticesAFieldThatLeftItsOneof() {
        assertEquals(
                List.of("changed: field orderflow.inventory.v1.ReserveStockResponse.reserved"
                        + " was (1, .orderflow.inventory.v1.Reserved, in oneof outcome, JSON reserved),"
                        + " is (1, .orderflow.inventory.v1.Reserved, LABEL_OPTIONAL, JSON reserved)"),
                afterMessage("ReserveStockResponse", response -> response.getFieldBuilder(0)
                        .clearOneofIndex()));
    }

    @Test
    void noticesARemovedMessage() {
        assertEquals(
                List.of(
                        "removed: field orderflow.inventory.v1.UnknownProducts.product_ids",
                        "removed: required fields of orderflow.inventory.v1.UnknownProducts"),
                afterProtos(inventory -> inventory.removeMessageType(indexOf(inventory, "UnknownProducts"))));
    }

    @Test
    void noticesARemovedRpc() {
        assertEquals(
                List.of("removed: rpc orderflow.inventory.v1.InventoryService.CheckStock"),
                afterService(service -> service.removeMethod(0)));
    }

    @Test
    void noticesAnRpcWithAnotherRequest() {
        assertEquals(
                List.of("changed: rpc orderflow.inventory.v1.InventoryService.CheckStock"
                        + " was .orderflow.inventory.v1.CheckStockRequest -> .orderflow.inventory.v1.CheckStockResponse,"
                        + " is stream .orderflow.inventory.v1.CheckStockRequest"
                        + " -> .orderflow.inventory.v1.CheckStockResponse"),
                afterService(service -> service.getMethodBuilder(0).setClientStreaming(true)));
    }

    @Test
    void allowsNewFieldsMessagesAndRpcs() {
        assertEquals(List.of(), afterProtos(inventory -> {
            inventory.addMessageType(DescriptorProto.newBuilder().setName("Later"));
            inventory
                    .getMessageTypeBuilder(0)
                    .addField(FieldDescriptorProto.newBuilder().setName("later").setNumber(99));
            inventory.getServiceBuilder(0).addMethodBuilder().setName("Later");
        }));
    }

    // events

    @Test
    void noticesARemovedEvent() {
        List<String> violations = afterSchemas(schemas -> schemas.remove("order.cancelled.json"));

        assertEquals(
                List.of("removed: schema order.cancelled"),
                violations.stream().filter(one -> one.contains(" schema ")).toList());
    }

    @Test
    void noticesAnEventThatLeftItsTopic() {
        ObjectNode document = current.asyncApi().deepCopy();
        ((ObjectNode) document.at("/channels/orderEvents/messages")).remove("orderCancelled");

        assertEquals(
                List.of("removed: event order.cancelled"),
                violations(new Contracts(current.protos(), current.schemas(), document)));
    }

    @Test
    void noticesATopicWithAnotherName() {
        ObjectNode document = current.asyncApi().deepCopy();
        ((ObjectNode) document.at("/channels/notificationEvents")).put("address", "notification.v1");

        assertEquals(
                List.of(
                        "changed: event notification.failed was on notification.events.v1, is on notification.v1",
                        "changed: event notification.sent was on notification.events.v1, is on notification.v1"),
                violations(new Contracts(current.protos(), current.schemas(), document)));
    }

    @Test
    void noticesARemovedFieldOfAnEvent() {
        assertEquals(List.of("removed: field order.placed/contact_ref"), afterSchemas(schemas -> ((ObjectNode)
                        event(schemas, "order.placed").required("properties"))
                .remove("contact_ref")));
    }

    @Test
    void noticesARetypedFieldOfAnEvent() {
        assertEquals(
                List.of(
                        "changed: field fraud.cleared/score"
                                + " was {maximum=100, minimum=0, type=\"integer\"}, is {maximum=100, minimum=0, type=\"number\"}"),
                afterSchemas(schemas ->
                        ((ObjectNode) event(schemas, "fraud.cleared").at("/properties/score")).put("type", "number")));
    }

    @Test
    void noticesAChangeOfWhatSeveralEventsShare() {
        List<String> violations = afterSchemas(
                schemas -> ((ObjectNode) event(schemas, "common").at("/$defs/quantity")).put("minimum", 0));

        assertEquals(
                List.of("changed: field order.placed/items/*/quantity"
                        + " was {minimum=1, type=\"integer\"}, is {minimum=0, type=\"integer\"}"),
                violations.stream().filter(one -> one.contains("order.placed")).toList());
    }

    @Test
    void noticesANewlyRequiredFieldOfAnEvent() {
        assertEquals(
                List.of(
                        "changed: required fields of fraud.cleared"
                                + " was [customer_id, order_id, reasons, score], is [customer_id, model, order_id, reasons, score]"),
                afterSchemas(schemas -> {
                    JsonNode event = event(schemas, "fraud.cleared");
                    ((ObjectNode) event.required("properties"))
                            .putObject("model")
                            .put("type", "string");
                    ((ArrayNode) event.required("required")).add("model");
                }));
    }

    @Test
    void noticesAFieldThatMayBeMissingFromNowOn() {
        assertEquals(
                List.of("changed: required fields of fraud.cleared"
                        + " was [customer_id, order_id, reasons, score], is [customer_id, reasons, score]"),
                afterSchemas(
                        schemas -> ((ArrayNode) event(schemas, "fraud.cleared").required("required")).remove(0)));
    }

    @Test
    void noticesARemovedValue() {
        assertEquals(
                List.of("removed: value order.cancelled/reason=fraud_rejected"),
                afterSchemas(schemas ->
                        ((ArrayNode) event(schemas, "order.cancelled").at("/properties/reason/enum")).remove(0)));
    }

    @Test
    void allowsNewEventsFieldsAndValues() {
        assertEquals(List.of(), afterSchemas(schemas -> {
            schemas.put("order.returned.json", event(schemas, "order.confirmed"));
            JsonNode cancelled = event(schemas, "order.cancelled");
            ((ArrayNode) cancelled.at("/properties/reason/enum")).add("payment_failed");
            ((ObjectNode) cancelled.required("properties")).putObject("note").put("type", "string");
        }));
    }

    // The changes are made on a copy; what they were made on counts as released.

    private static List<String> violations(Contracts changed) {
        return Compatibility.violations(Promises.of(current), Promises.of(changed));
    }

    private static List<String> afterSchemas(Consumer<Map<String, JsonNode>> change) {
        Map<String, JsonNode> schemas = new TreeMap<>();
        current.schemas().forEach((file, schema) -> schemas.put(file, schema.deepCopy()));
        change.accept(schemas);
        return violations(new Contracts(current.protos(), schemas, current.asyncApi()));
    }

    private static ObjectNode event(Map<String, JsonNode> schemas, String type) {
        return (ObjectNode) requireNonNull(schemas.get(type + ".json"));
    }

    private static List<String> afterProtos(Consumer<FileDescriptorProto.Builder> change) {
        FileDescriptorSet.Builder protos = current.protos().toBuilder();
        change.accept(protos.getFileBuilderList().stream()
                .filter(file -> file.getPackage().equals("orderflow.inventory.v1"))
                .findFirst()
                .orElseThrow());
        return violations(new Contracts(protos.build(), current.schemas(), current.asyncApi()));
    }

    private static List<String> afterMessage(String name, Consumer<DescriptorProto.Builder> change) {
        return afterProtos(inventory -> change.accept(inventory.getMessageTypeBuilder(indexOf(inventory, name))));
    }

    private static List<String> afterService(Consumer<ServiceDescriptorProto.Builder> change) {
        return afterProtos(inventory -> change.accept(inventory.getServiceBuilder(0)));
    }

    private static int indexOf(FileDescriptorProto.Builder file, String message) {
        return file.getMessageTypeList().stream()
                .map(DescriptorProto::getName)
                .toList()
                .indexOf(message);
    }
}
