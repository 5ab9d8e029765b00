package dev.orderflow.systemtest.manifests;

import static dev.orderflow.systemtest.manifests.Manifests.each;
import static dev.orderflow.systemtest.manifests.Manifests.selects;

import com.fasterxml.jackson.databind.JsonNode;
import dev.orderflow.systemtest.manifests.Manifests.Workload;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Who may talk to whom, by the network policies. */
final class Arrows {

    /** One end of an arrow: what Kubernetes knows of it, and the numbers of its ports by name. */
    private record End(
            String name, Map<String, String> namespace, Map<String, String> pod, Map<String, Integer> ports) {

        static End of(Workload workload) {
            return new End(
                    workload.name(),
                    Map.of("kubernetes.io/metadata.name", "orderflow"),
                    workload.labels(),
                    workload.ports());
        }

        /** Whoever is in there. */
        static End namespace(String name) {
            return new End("namespace " + name, Map.of("kubernetes.io/metadata.name", name), Map.of(), Map.of());
        }

        boolean isOurs() {
            return namespace.containsValue("orderflow");
        }
    }

    /** The other namespaces are those of production. */
    private static final List<End> OUTSIDE = List.of(
            new End("edge", Map.of("orderflow.dev/edge", "true"), Map.of(), Map.of()),
            new End(
                    "dns",
                    Map.of("kubernetes.io/metadata.name", "kube-system"),
                    Map.of("k8s-app", "kube-dns"),
                    Map.of()),
            End.namespace("postgres"),
            End.namespace("kafka"),
            End.namespace("observability"),
            End.namespace("mail"),
            End.namespace("anybody"));

    private final Manifests manifests;
    private final List<End> ends;

    Arrows(Manifests manifests) {
        this.manifests = manifests;
        ends = Stream.concat(manifests.workloads().map(End::of), OUTSIDE.stream())
                .toList();
    }

    /** Those that both ends allow; of an end outside, what ours allows. Written {@code order -> kafka:9092}. */
    Set<String> allowed() {
        var allowed = new TreeSet<String>();
        pairs((from, to) -> {
            var leaving = from.isOurs() ? ports("egress", from, to) : Set.<String>of();
            var entering = to.isOurs() ? ports("ingress", to, from) : Set.<String>of();
            if (from.isOurs() && to.isOurs()) {
                leaving.retainAll(entering);
            }
            Stream.of(leaving, to.isOurs() && !from.isOurs() ? entering : Set.<String>of())
                    .flatMap(Set::stream)
                    .forEach(port -> allowed.add(from.name() + " -> " + to.name() + ":" + port));
        });
        return allowed;
    }

    /** Those that one end allows in vain. */
    Set<String> half() {
        var half = new TreeSet<String>();
        pairs((from, to) -> {
            if (from.isOurs() && to.isOurs()) {
                var leaving = ports("egress", from, to);
                var entering = ports("ingress", to, from);
                var both = leaving.stream().filter(entering::contains).collect(Collectors.toSet());
                Stream.concat(leaving.stream(), entering.stream())
                        .filter(port -> !both.contains(port))
                        .forEach(port -> half.add(from.name() + " -> " + to.name() + ":" + port));
            }
        });
        return half;
    }

    private void pairs(BiConsumer<End, End> consumer) {
        for (var from : ends) {
            for (var to : ends) {
                if (!from.equals(to)) {
                    consumer.accept(from, to);
                }
            }
        }
    }

    /** The ports of the arrow's head that the policies of one end allow; every port when no policy is about that end. */
    private Set<String> ports(String direction, End owner, End peer) {
        var policies = manifests
                .of("NetworkPolicy")
                .filter(policy -> isAbout(policy, direction) && selects(policy.at("/spec/podSelector"), owner.pod()))
                .toList();
        if (policies.isEmpty()) {
            return new TreeSet<>(Set.of("any"));
        }
        var head = direction.equals("egress") ? peer : owner;
        return policies.stream()
                .flatMap(policy -> each(policy.path("spec").path(direction)))
                .filter(rule -> admits(rule.path(direction.equals("egress") ? "to" : "from"), peer))
                .flatMap(rule -> rule.has("ports")
                        ? each(rule.path("ports")).flatMap(port -> port(port, head))
                        : Stream.of("any"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static boolean isAbout(JsonNode policy, String direction) {
        return each(policy.at("/spec/policyTypes"))
                .anyMatch(type -> type.asText().equalsIgnoreCase(direction));
    }

    /** Whether one of a rule's peers is this one; no peers at all means everybody. */
    private static boolean admits(JsonNode peers, End peer) {
        return peers.isEmpty()
                || each(peers).anyMatch(one -> {
                    var namespace = one.has("namespaceSelector")
                            ? selects(one.path("namespaceSelector"), peer.namespace())
                            : peer.isOurs();
                    return namespace && selects(one.path("podSelector"), peer.pod());
                });
    }

    /** A name that the head does not have is no port of it. */
    private static Stream<String> port(JsonNode port, End head) {
        var protocol = port.path("protocol").asText("TCP").equals("UDP") ? "/UDP" : "";
        var number = port.path("port");
        if (number.isInt()) {
            return Stream.of(number.asInt() + protocol);
        }
        return Stream.ofNullable(head.ports().get(number.asText())).map(found -> found + protocol);
    }
}
