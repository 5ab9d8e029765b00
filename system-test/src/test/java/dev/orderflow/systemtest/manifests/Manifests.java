package dev.orderflow.systemtest.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The objects of one overlay. */
record Manifests(List<ObjectNode> objects) {

    private static final Set<String> WORKLOADS = Set.of("Deployment", "StatefulSet");

    static Manifests parse(String yaml) {
        var mapper = new YAMLMapper();
        try (var documents = mapper.readerFor(ObjectNode.class).<ObjectNode>readValues(yaml)) {
            return new Manifests(documents.readAll());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Manifests copy() {
        return new Manifests(
                new ArrayList<>(objects.stream().map(ObjectNode::deepCopy).toList()));
    }

    ObjectNode get(String kind, String name) {
        return of(kind).filter(object -> name(object).equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + kind + " " + name));
    }

    Stream<ObjectNode> of(String kind) {
        return objects.stream().filter(object -> kind(object).equals(kind));
    }

    Stream<Workload> workloads() {
        return objects.stream()
                .filter(object -> WORKLOADS.contains(kind(object)))
                .map(Workload::new);
    }

    Workload workload(String name) {
        return workloads()
                .filter(workload -> workload.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    static String kind(JsonNode object) {
        return object.path("kind").asText();
    }

    static String name(JsonNode object) {
        return object.at("/metadata/name").asText();
    }

    static String title(JsonNode object) {
        return kind(object) + " " + name(object);
    }

    static Stream<JsonNode> each(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    static Map<String, String> strings(JsonNode object) {
        var strings = new HashMap<String, String>();
        object.properties()
                .forEach(field -> strings.put(field.getKey(), field.getValue().asText()));
        return strings;
    }

    /** Whether a selector takes these labels; ours know no expressions, and the empty one takes all. */
    static boolean selects(JsonNode selector, Map<String, String> labels) {
        return labels.entrySet()
                .containsAll(strings(selector.path("matchLabels")).entrySet());
    }

    /** What makes pods. */
    record Workload(ObjectNode object) {

        String name() {
            return Manifests.name(object);
        }

        String title() {
            return Manifests.title(object);
        }

        JsonNode template() {
            return object.at("/spec/template");
        }

        JsonNode pod() {
            return template().path("spec");
        }

        Map<String, String> labels() {
            return strings(template().at("/metadata/labels"));
        }

        boolean isService() {
            return "service".equals(labels().get("app.kubernetes.io/component"));
        }

        Stream<JsonNode> containers() {
            return each(pod().path("containers"));
        }

        Stream<JsonNode> allContainers() {
            return Stream.concat(each(pod().path("initContainers")), containers());
        }

        Map<String, Integer> ports() {
            var ports = new HashMap<String, Integer>();
            containers()
                    .flatMap(container -> each(container.path("ports")))
                    .forEach(port -> ports.put(
                            port.path("name").asText(),
                            port.path("containerPort").asInt()));
            return ports;
        }
    }
}
