package dev.orderflow.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.HashSet;
import org.junit.jupiter.api.Test;

class LayoutTest {

    @Test
    void callersAreToldWhereTheOthersAre() {
        var layout = Layout.standard(1000);

        var order = layout.properties("order");

        assertEquals("10081", order.get("quarkus.grpc.clients.inventory.port"));
        assertEquals("10080", order.get("quarkus.grpc.server.port"));
        assertEquals("16432", order.get("database.port"));
        assertEquals("localhost:20092", order.get("kafka.bootstrap.servers"));
        assertEquals("10080", layout.properties("notification").get("quarkus.grpc.clients.order.port"));
        assertFalse(layout.properties("fraud").containsKey("quarkus.grpc.server.port"));
    }

    @Test
    void everythingIsOnLoopbackAlone() {
        for (var service : Layout.SERVICES) {
            var properties = Layout.standard(0).properties(service);

            assertEquals("127.0.0.1", properties.get("quarkus.http.host"));
            assertEquals("127.0.0.1", properties.get("quarkus.management.host"));
        }
    }

    @Test
    void noTwoListenAtTheSamePort() {
        for (var layout : new Layout[] {Layout.standard(0), Layout.random()}) {
            assertEquals(layout.ports().size(), new HashSet<>(layout.ports().values()).size());
        }
    }
}
