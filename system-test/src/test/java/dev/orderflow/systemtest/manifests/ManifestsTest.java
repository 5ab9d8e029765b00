package dev.orderflow.systemtest.manifests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every overlay keeps to every rule, and for every rule there is a manifest that breaks it. */
class ManifestsTest {

    @BeforeAll
    static void findKubectl() {
        Kubectl.require();
    }

    @ParameterizedTest
    @EnumSource
    void keepsToTheRules(Overlay overlay) {
        var manifests = overlay.render();
        var broken = Rules.ALL.stream().flatMap(rule -> rule.apply(manifests)).toList();

        assertEquals(List.of(), broken);
        assertEquals(List.of(), References.dangling(manifests, overlay.providedSecrets()));
    }

    @ParameterizedTest
    @MethodSource
    void noticesABrokenRule(Function<Manifests, Stream<String>> rule, Consumer<Manifests> damage) {
        var manifests = Overlay.LOCAL.render();
        damage.accept(manifests);
        assertNotEquals(List.of(), rule.apply(manifests).toList());
    }

    static List<Arguments> noticesABrokenRule() {
        return List.of(
                breaking(Rules::valid, it -> it.get("Deployment", "order").put("sepc", 1)),
                breaking(Rules::valid, it -> service(it).putObject("readinesProbe")),
                breaking(Rules::valid, it -> it.get("Service", "order").put("kind", "Servise")),
                breaking(Rules::named, it -> it.objects().add(it.get("Service", "order"))),
                breaking(Rules::named, it -> at(it.get("Service", "order"), "/metadata")
                        .put("namespace", "default")),
                breaking(Rules::selecting, it -> at(it.get("Deployment", "order"), "/spec/selector/matchLabels")
                        .put("app.kubernetes.io/name", "odrer")),
                breaking(Rules::selecting, it -> at(it.get("Service", "order"), "/spec/selector")
                        .put("app.kubernetes.io/name", "odrer")),
                breaking(
                        Rules::selecting, it -> at(it.get("PodDisruptionBudget", "order"), "/spec/selector/matchLabels")
                                .put("app.kubernetes.io/name", "odrer")),
                breaking(Rules::probed, it -> service(it).remove("livenessProbe")),
                breaking(Rules::probed, it -> at(service(it), "/readinessProbe/httpGet")
                        .put("port", "http")),
                breaking(Rules::limited, it -> at(service(it), "/resources/limits")
                        .remove("memory")),
                breaking(Rules::limited, it -> migration(it).remove("resources")),
                breaking(Rules::confinedContainers, it -> at(service(it), "/securityContext")
                        .put("readOnlyRootFilesystem", false)),
                breaking(Rules::confinedContainers, it -> at(migration(it), "/securityContext/capabilities")
                        .remove("drop")),
                breaking(Rules::confinedPods, it -> at(pod(it), "/securityContext")
                        .remove("runAsUser")),
                breaking(Rules::confinedPods, it -> pod(it).put("automountServiceAccountToken", true)),
                breaking(Rules::confinedPods, it -> pod(it).remove("enableServiceLinks")),
                breaking(Rules::pinned, it -> service(it).put("image", "orderflow.local/order")),
                breaking(Rules::pinned, it -> service(it).put("image", "orderflow.local/order:latest")),
                breaking(Rules::pinned, it -> migration(it).put("image", "orderflow.local/order:other")),
                breaking(Rules::pinned, it -> service(it).remove("imagePullPolicy")));
    }

    @ParameterizedTest
    @MethodSource
    void noticesADanglingReference(Consumer<Manifests> damage) {
        var manifests = Overlay.LOCAL.render();
        damage.accept(manifests);
        assertNotEquals(List.of(), References.dangling(manifests, Overlay.LOCAL.providedSecrets()));
    }

    static List<Consumer<Manifests>> noticesADanglingReference() {
        return List.of(
                it -> it.objects().removeIf(object -> isOf(object, "ConfigMap", "common")),
                it -> it.objects().removeIf(object -> isOf(object, "Secret", "databases")),
                it -> it.objects().removeIf(object -> isOf(object, "ServiceAccount", "order")),
                it -> it.objects().removeIf(object -> isOf(object, "Service", "kafka")),
                it -> at(
                                it.of("Secret")
                                        .filter(secret -> Manifests.name(secret).startsWith("databases"))
                                        .findFirst()
                                        .orElseThrow(),
                                "/data")
                        .remove("order"),
                it -> at(service(it), "/readinessProbe/httpGet").put("port", "managment"),
                it -> at(it.get("Service", "order"), "/spec/ports/0").put("targetPort", "htpp"),
                it -> at(it.get("NetworkPolicy", "order"), "/spec/ingress/0/ports/0")
                        .put("port", "htpp"),
                it -> at(service(it), "/volumeMounts/0").put("name", "temp"));
    }

    private static Arguments breaking(Function<Manifests, Stream<String>> rule, Consumer<Manifests> damage) {
        return Arguments.of(rule, damage);
    }

    /** Generated names end with a hash. */
    private static boolean isOf(ObjectNode object, String kind, String name) {
        return Manifests.kind(object).equals(kind) && Manifests.name(object).startsWith(name);
    }

    private static ObjectNode pod(Manifests manifests) {
        return (ObjectNode) manifests.workload("order").pod();
    }

    private static ObjectNode service(Manifests manifests) {
        return at(pod(manifests), "/containers/0");
    }

    private static ObjectNode migration(Manifests manifests) {
        return at(pod(manifests), "/initContainers/0");
    }

    private static ObjectNode at(ObjectNode object, String place) {
        return (ObjectNode) object.at(place);
    }
}
