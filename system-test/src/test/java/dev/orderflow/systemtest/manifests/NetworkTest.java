package dev.orderflow.systemtest.manifests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.orderflow.dev.Layout;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The network policies allow the arrows of the design, and no other. */
class NetworkTest {

    private static final Layout LAYOUT = Layout.standard(0);

    @BeforeAll
    static void findKubectl() {
        Kubectl.require();
    }

    @Test
    void allowsExactlyTheArrowsOfTheDesign() {
        var arrows = new Arrows(Overlay.LOCAL.render());

        assertEquals(designed(), arrows.allowed());
        assertEquals(Set.of(), arrows.half());
    }

    @Test
    void noticesAnArrowTooMany() {
        var manifests = Overlay.LOCAL.render();
        ((ArrayNode) manifests.get("NetworkPolicy", "fraud").at("/spec/ingress")).addObject();

        assertNotEquals(designed(), new Arrows(manifests).allowed());
    }

    @Test
    void noticesAMissingArrow() {
        var manifests = Overlay.LOCAL.render();
        ((ObjectNode) manifests.get("NetworkPolicy", "order").path("spec")).remove("egress");

        assertNotEquals(designed(), new Arrows(manifests).allowed());
        assertNotEquals(Set.of(), new Arrows(manifests).half());
    }

    @Test
    void noticesThatNothingIsDenied() {
        var manifests = Overlay.LOCAL.render();
        manifests.objects().remove(manifests.get("NetworkPolicy", "default-deny"));

        assertNotEquals(designed(), new Arrows(manifests).allowed());
    }

    private static Set<String> designed() {
        var arrows = new TreeSet<>(Set.of(
                "order -> inventory:" + LAYOUT.grpc("inventory"),
                "order -> notification:" + LAYOUT.http("notification"),
                "order -> fraud:" + LAYOUT.http("fraud"),
                "notification -> order:" + LAYOUT.grpc("order"),
                "notification -> mailpit:1025",
                "analytics -> order:" + LAYOUT.http("order"),
                "analytics -> inventory:" + LAYOUT.http("inventory"),
                "analytics -> notification:" + LAYOUT.http("notification"),
                "analytics -> fraud:" + LAYOUT.http("fraud"),
                "prometheus -> dns:53",
                "prometheus -> dns:53/UDP"));
        for (var service : Layout.SERVICES) {
            arrows.add("edge -> " + service + ":" + LAYOUT.http(service));
            arrows.add("prometheus -> " + service + ":" + LAYOUT.management(service));
            arrows.add(service + " -> postgres:5432");
            arrows.add(service + " -> kafka:9092");
            arrows.add(service + " -> jaeger:4317");
            arrows.add(service + " -> dns:53");
            arrows.add(service + " -> dns:53/UDP");
        }
        return arrows;
    }
}
