package dev.orderflow.systemtest.manifests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.orderflow.dev.Layout;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The network policies allow the arrows of the design, and no other. */
class NetworkTest {

    private static final Layout LAYOUT = Layout.standard(0);

    /** What the services need, where it is applied with them, and where it is in namespaces of its own. */
    private static final Map<String, String> BESIDE = Map.of(
            "database", "postgres:5432",
            "kafka", "kafka:9092",
            "traces", "jaeger:4317",
            "metrics", "prometheus",
            "mail", "mailpit:1025");

    private static final Map<String, String> ELSEWHERE = Map.of(
            "database", "namespace postgres:5432",
            "kafka", "namespace kafka:9092",
            "traces", "namespace observability:4317",
            "metrics", "namespace observability",
            "mail", "namespace mail:25");

    @BeforeAll
    static void findKubectl() {
        Kubectl.require();
    }

    @ParameterizedTest
    @EnumSource
    void allowsExactlyTheArrowsOfTheDesign(Overlay overlay) {
        var arrows = new Arrows(overlay.render());

        assertEquals(designed(overlay), arrows.allowed());
        assertEquals(Set.of(), arrows.half());
    }

    @Test
    void noticesAnArrowTooMany() {
        var manifests = Overlay.LOCAL.render();
        ((ArrayNode) manifests.get("NetworkPolicy", "fraud").at("/spec/ingress")).addObject();

        assertNotEquals(designed(Overlay.LOCAL), new Arrows(manifests).allowed());
    }

    @Test
    void noticesAMissingArrow() {
        var manifests = Overlay.LOCAL.render();
        ((ObjectNode) manifests.get("NetworkPolicy", "order").path("spec")).remove("egress");

        assertNotEquals(designed(Overlay.LOCAL), new Arrows(manifests).allowed());
        assertNotEquals(Set.of(), new Arrows(manifests).half());
    }

    @Test
    void noticesThatNothingIsDenied() {
        var manifests = Overlay.LOCAL.render();
        manifests.objects().remove(manifests.get("NetworkPolicy", "default-deny"));

        assertNotEquals(designed(Overlay.LOCAL), new Arrows(manifests).allowed());
    }

    private static Set<String> designed(Overlay overlay) {
        var platform = overlay == Overlay.PRODUCTION ? ELSEWHERE : BESIDE;
        var arrows = new TreeSet<>(Set.of(
                "order -> inventory:" + LAYOUT.grpc("inventory"),
                "order -> notification:" + LAYOUT.http("notification"),
                "order -> fraud:" + LAYOUT.http("fraud"),
                "notification -> order:" + LAYOUT.grpc("order"),
                "notification -> " + platform.get("mail"),
                "analytics -> order:" + LAYOUT.http("order"),
                "analytics -> inventory:" + LAYOUT.http("inventory"),
                "analytics -> notification:" + LAYOUT.http("notification"),
                "analytics -> fraud:" + LAYOUT.http("fraud")));
        for (var service : Layout.SERVICES) {
            arrows.add("edge -> " + service + ":" + LAYOUT.http(service));
            arrows.add(platform.get("metrics") + " -> " + service + ":" + LAYOUT.management(service));
            arrows.add(service + " -> " + platform.get("database"));
            arrows.add(service + " -> " + platform.get("kafka"));
            arrows.add(service + " -> " + platform.get("traces"));
            arrows.add(service + " -> dns:53");
            arrows.add(service + " -> dns:53/UDP");
        }
        if (overlay != Overlay.PRODUCTION) {
            arrows.addAll(Set.of("prometheus -> dns:53", "prometheus -> dns:53/UDP"));
        }
        return arrows;
    }
}
