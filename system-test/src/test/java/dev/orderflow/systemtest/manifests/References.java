package dev.orderflow.systemtest.manifests;

import static dev.orderflow.systemtest.manifests.Manifests.each;
import static dev.orderflow.systemtest.manifests.Manifests.name;
import static dev.orderflow.systemtest.manifests.Manifests.title;

import com.fasterxml.jackson.databind.JsonNode;
import dev.orderflow.systemtest.manifests.Manifests.Workload;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Whatever is named exists: in the overlay, or among the secrets that somebody else provides. */
final class References {

    private final Manifests manifests;
    private final Map<String, Set<String>> providedSecrets;
    private final List<String> dangling = new ArrayList<>();

    private References(Manifests manifests, Map<String, Set<String>> providedSecrets) {
        this.manifests = manifests;
        this.providedSecrets = providedSecrets;
    }

    /** The references that lead nowhere; the secrets come with their keys. */
    static List<String> dangling(Manifests manifests, Map<String, Set<String>> providedSecrets) {
        var references = new References(manifests, providedSecrets);
        manifests.workloads().forEach(references::checkPod);
        manifests.objects().forEach(references::checkObject);
        return references.dangling;
    }

    private void checkPod(Workload workload) {
        var pod = workload.pod();
        expect(
                workload.title(),
                "ServiceAccount",
                pod.path("serviceAccountName").asText());
        each(pod.path("volumes")).forEach(volume -> {
            expect(workload.title(), "ConfigMap", volume.at("/configMap/name").asText());
            expect(workload.title(), "Secret", volume.at("/secret/secretName").asText());
        });
        var volumes = Stream.concat(
                        each(pod.path("volumes")).map(volume -> volume.path("name")),
                        each(workload.object().at("/spec/volumeClaimTemplates"))
                                .map(claim -> claim.at("/metadata/name")))
                .map(JsonNode::asText)
                .collect(Collectors.toSet());
        workload.allContainers().forEach(container -> {
            each(container.path("volumeMounts"))
                    .map(mount -> mount.path("name").asText())
                    .filter(volume -> !volumes.contains(volume))
                    .forEach(volume -> dangling.add(workload.title() + ": volume " + volume));
            checkEnvironment(workload.title(), container);
            checkProbes(workload, container);
        });
    }

    private void checkEnvironment(String who, JsonNode container) {
        each(container.path("envFrom")).forEach(from -> {
            expect(who, "ConfigMap", from.at("/configMapRef/name").asText());
            expect(who, "Secret", from.at("/secretRef/name").asText());
        });
        each(container.path("env")).map(env -> env.path("valueFrom")).forEach(from -> {
            expectKey(who, "ConfigMap", from.path("configMapKeyRef"));
            expectKey(who, "Secret", from.path("secretKeyRef"));
        });
    }

    private void checkProbes(Workload workload, JsonNode container) {
        Stream.of("startupProbe", "readinessProbe", "livenessProbe")
                .map(container::path)
                .flatMap(probe -> Stream.of(probe.at("/httpGet/port"), probe.at("/tcpSocket/port")))
                .filter(port -> !port.isMissingNode() && !hasPort(workload, port))
                .forEach(port -> dangling.add(workload.title() + ": probed port " + port.asText()));
    }

    private void checkObject(JsonNode object) {
        switch (Manifests.kind(object)) {
            case "Service" -> checkPorts(object, each(object.at("/spec/ports")).map(port -> port.path("targetPort")));
            case "NetworkPolicy" ->
                checkPorts(
                        object,
                        each(object.at("/spec/ingress"))
                                .flatMap(rule -> each(rule.path("ports")))
                                .map(port -> port.path("port")));
            case "StatefulSet" ->
                expect(title(object), "Service", object.at("/spec/serviceName").asText());
            case "HorizontalPodAutoscaler" ->
                expect(
                        title(object),
                        object.at("/spec/scaleTargetRef/kind").asText(),
                        object.at("/spec/scaleTargetRef/name").asText());
            default -> {}
        }
    }

    /** Every pod that the object is about has these ports. */
    private void checkPorts(JsonNode object, Stream<JsonNode> ports) {
        ports.forEach(port -> manifests
                .workloads()
                .filter(workload -> Rules.chooses(object, workload) && !hasPort(workload, port))
                .forEach(
                        workload -> dangling.add(title(object) + ": " + workload.name() + "'s port " + port.asText())));
    }

    private static boolean hasPort(Workload workload, JsonNode port) {
        return port.isInt()
                ? workload.ports().containsValue(port.asInt())
                : workload.ports().containsKey(port.asText());
    }

    private void expectKey(String who, String kind, JsonNode reference) {
        if (!reference.isMissingNode()) {
            var key = reference.path("key").asText();
            if (!keys(kind, reference.path("name").asText()).contains(key)) {
                dangling.add(who + ": " + kind + " " + reference.path("name").asText() + ", key " + key);
            }
        }
    }

    private Set<String> keys(String kind, String name) {
        var keys = new HashSet<String>();
        if (kind.equals("Secret")) {
            keys.addAll(providedSecrets.getOrDefault(name, Set.of()));
        }
        manifests.of(kind).filter(object -> name(object).equals(name)).forEach(object -> {
            object.path("data").fieldNames().forEachRemaining(keys::add);
            object.path("stringData").fieldNames().forEachRemaining(keys::add);
        });
        return keys;
    }

    private void expect(String who, String kind, String name) {
        var provided = kind.equals("Secret") && providedSecrets.containsKey(name);
        if (!name.isEmpty()
                && !provided
                && manifests.of(kind).noneMatch(object -> name(object).equals(name))) {
            dangling.add(who + ": " + kind + " " + name);
        }
    }
}
