package dev.orderflow.analytics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.ConnectException;
import org.junit.jupiter.api.Test;

class NotNowTest {

    @Test
    void saysWhenToAskAgain() {
        var problem = NotNow.problem(new ConnectException());

        assertEquals(503, problem.getStatusCode());
        assertEquals(2, problem.getHeaders().get("Retry-After"));
    }
}
