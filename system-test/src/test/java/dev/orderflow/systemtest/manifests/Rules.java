package dev.orderflow.systemtest.manifests;

import static dev.orderflow.systemtest.manifests.Manifests.each;
import static dev.orderflow.systemtest.manifests.Manifests.kind;
import static dev.orderflow.systemtest.manifests.Manifests.name;
import static dev.orderflow.systemtest.manifests.Manifests.selects;
import static dev.orderflow.systemtest.manifests.Manifests.strings;
import static dev.orderflow.systemtest.manifests.Manifests.title;

import com.fasterxml.jackson.databind.JsonNode;
import dev.orderflow.systemtest.manifests.Manifests.Workload;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What every overlay has to keep to; each rule tells what breaks it. */
final class Rules {

    static final List<Function<Manifests, Stream<String>>> ALL = List.of(
            Rules::valid,
            Rules::named,
            Rules::selecting,
            Rules::probed,
            Rules::limited,
            Rules::confinedContainers,
            Rules::confinedPods,
            Rules::pinned);

    private Rules() {}

    /** Kubernetes' own models know every field. */
    static Stream<String> valid(Manifests manifests) {
        return manifests.objects().stream().flatMap(KubernetesModel::complaint);
    }

    /** One namespace for all, and no two objects of one kind and name. */
    static Stream<String> named(Manifests manifests) {
        var seen = new HashSet<String>();
        return manifests.objects().stream()
                .filter(object -> !seen.add(title(object)) || !namespace(object).equals("orderflow"))
                .map(object -> title(object) + " is there twice, or in another namespace");
    }

    private static String namespace(JsonNode object) {
        return kind(object).equals("Namespace")
                ? name(object)
                : object.at("/metadata/namespace").asText();
    }

    /** Whoever selects pods finds some, and what makes pods its own. */
    static Stream<String> selecting(Manifests manifests) {
        return Stream.concat(
                manifests
                        .workloads()
                        .filter(workload -> !selectsItself(workload))
                        .map(workload -> workload.title() + " does not select its own pods"),
                manifests.objects().stream()
                        .filter(object -> Set.of("Service", "PodDisruptionBudget", "NetworkPolicy")
                                .contains(kind(object)))
                        .filter(object -> manifests.workloads().noneMatch(workload -> chooses(object, workload)))
                        .map(object -> title(object) + " selects no pod"));
    }

    private static boolean selectsItself(Workload workload) {
        return Stream.concat(
                        Stream.of(workload.object().at("/spec/selector")),
                        each(workload.pod().path("topologySpreadConstraints"))
                                .map(spread -> spread.path("labelSelector")))
                .allMatch(selector -> selects(selector, workload.labels()));
    }

    static boolean chooses(JsonNode object, Workload workload) {
        return switch (kind(object)) {
            case "Service" ->
                workload.labels()
                        .entrySet()
                        .containsAll(strings(object.at("/spec/selector")).entrySet());
            case "NetworkPolicy" -> selects(object.at("/spec/podSelector"), workload.labels());
            default -> selects(object.at("/spec/selector"), workload.labels());
        };
    }

    /** A container is asked whether it started, whether it serves and whether it lives; ours where nobody else asks. */
    static Stream<String> probed(Manifests manifests) {
        return manifests
                .workloads()
                .flatMap(workload -> unlike(workload, workload.containers(), container -> Stream.of(
                                "startupProbe", "readinessProbe", "livenessProbe")
                        .map(container::path)
                        .allMatch(probe -> workload.isService()
                                ? probe.at("/httpGet/port").asText().equals("management")
                                : !probe.isMissingNode())));
    }

    /** A container says what it needs and what it gets at most. */
    static Stream<String> limited(Manifests manifests) {
        return everyContainer(
                manifests, container -> Stream.of("/requests/cpu", "/requests/memory", "/limits/cpu", "/limits/memory")
                        .noneMatch(what -> container.path("resources").at(what).isMissingNode()));
    }

    /** A container can become nothing more than it is, and writes into volumes only. */
    static Stream<String> confinedContainers(Manifests manifests) {
        return everyContainer(manifests, container -> {
            var context = container.path("securityContext");
            return !context.path("allowPrivilegeEscalation").asBoolean(true)
                    && context.path("readOnlyRootFilesystem").asBoolean(false)
                    && context.at("/capabilities/drop/0").asText().equals("ALL")
                    && context.at("/capabilities/add").isMissingNode();
        });
    }

    /** A pod is not root, talks neither to its node nor to Kubernetes, and takes no configuration from service links. */
    static Stream<String> confinedPods(Manifests manifests) {
        return manifests
                .workloads()
                .filter(workload -> !isConfined(workload.pod()))
                .map(workload -> workload.title() + " is not restricted");
    }

    private static boolean isConfined(JsonNode pod) {
        var context = pod.path("securityContext");
        return context.path("runAsNonRoot").asBoolean(false)
                && context.path("runAsUser").asInt(0) > 0
                && context.at("/seccompProfile/type").asText().equals("RuntimeDefault")
                && !pod.path("automountServiceAccountToken").asBoolean(true)
                && !pod.path("enableServiceLinks").asBoolean(true)
                && Stream.of("hostNetwork", "hostPID", "hostIPC").noneMatch(pod::has)
                && each(pod.path("volumes")).noneMatch(volume -> volume.has("hostPath"));
    }

    /** An image is pinned, is not pulled again, and has one tag wherever it is used. */
    static Stream<String> pinned(Manifests manifests) {
        var tags = new HashMap<String, String>();
        return everyContainer(manifests, container -> {
            var image = container.path("image").asText();
            var colon = image.lastIndexOf(':');
            return colon > 0
                    && !image.endsWith(":latest")
                    && container.path("imagePullPolicy").asText().equals("IfNotPresent")
                    && image.equals(tags.computeIfAbsent(image.substring(0, colon), _ -> image));
        });
    }

    private static Stream<String> everyContainer(Manifests manifests, Predicate<JsonNode> isGood) {
        return manifests.workloads().flatMap(workload -> unlike(workload, workload.allContainers(), isGood));
    }

    private static Stream<String> unlike(Workload workload, Stream<JsonNode> containers, Predicate<JsonNode> isGood) {
        return containers
                .filter(container -> !isGood.test(container))
                .map(container -> workload.title() + ", container "
                        + container.path("name").asText());
    }
}
