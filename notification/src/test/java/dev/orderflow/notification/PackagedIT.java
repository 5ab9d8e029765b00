package dev.orderflow.notification;

import static dev.orderflow.dev.TestPatience.await;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.icegreen.greenmail.util.GreenMailUtil;
import dev.orderflow.contracts.EventSchemas;
import dev.orderflow.dev.TestPackage;
import dev.orderflow.dev.TestServers;
import dev.orderflow.dev.TestTopic;
import dev.orderflow.notification.Outside.FromOutside;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The service as it is shipped, jar or executable: one story through everything that it is connected to. */
@Tag("package")
@QuarkusIntegrationTest
@WithTestResource(TestServers.class)
@WithTestResource(TestPackage.class)
@WithTestResource(Outside.class)
class PackagedIT {

    @SuppressWarnings("NullAway.Init")
    TestPackage service;

    @FromOutside
    @SuppressWarnings("NullAway.Init")
    Outside outside;

    @Test
    void writesToTheCustomerAndTellsThatItDid() {
        String order = TestEvents.id().toString();
        String address = order + "@example.com";
        outside.know(order, address);
        try (TestTopic orders = new TestTopic("order.events.v1");
                TestTopic notifications = new TestTopic("notification.events.v1")) {
            orders.send(order, TestEvents.headers("order.placed", order), TestEvents.order(order));
            orders.records();
            await().until(() -> outside.mailsTo(address).size() == 1);
            String mail = GreenMailUtil.getWholeMessage(outside.mailsTo(address).getFirst());
            assertTrue(mail.contains("$1,399.98"), mail);
            assertTrue(mail.contains("text/html"), mail);

            await().until(() -> !notifications.records().isEmpty());
            var sent = notifications.records().getFirst();
            assertEquals("notification.sent", TestTopic.header(sent, "ce_type"));
            assertEquals(List.of(), EventSchemas.violations("notification.sent", sent.value()));
        }
        given().get("/api/v1/orders/" + order + "/notifications")
                .then()
                .statusCode(200)
                .body("notifications[0].state", equalTo("placed"))
                .body("notifications[0].channel", equalTo("email"));
    }

    @Test
    void tellsOperatorsHowItIs() throws Exception {
        service.assertTellsOperators();
        given().get("/api/v1/flow").then().statusCode(200).body("unsent", notNullValue());
        given().get("/api/v1/parked").then().statusCode(200).body("items", empty());
    }
}
