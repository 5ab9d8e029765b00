package dev.orderflow.fraud;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonParseException;
import io.vertx.core.impl.NoStackTraceThrowable;
import io.vertx.pgclient.PgException;
import java.io.IOException;
import java.net.ConnectException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NotNowTest {

    @ParameterizedTest
    @CsvSource({
        "08006, true",
        "40P01, true",
        "40001, true",
        "53300, true",
        "57P01, true",
        "55P03, true",
        "55000, false",
        "23505, false",
        "22021, false",
        "42P01, false",
        "'', false",
    })
    void goesByTheDatabasesAnswer(String state, boolean passes) {
        assertEquals(passes, NotNow.is(new RuntimeException(new PgException("told", "ERROR", state, null))));
    }

    @Test
    void goesByWhetherItIsTheNetworkOtherwise() {
        assertTrue(NotNow.is(new ConnectException("refused")));
        assertTrue(NotNow.is(new RuntimeException(new IOException("Connection reset by peer"))));
        assertTrue(NotNow.is(new NoStackTraceThrowable("Timeout")));
        assertFalse(NotNow.is(new JsonParseException(null, "not JSON")));
        assertFalse(NotNow.is(new NullPointerException()));
    }

    @Test
    void saysWhenToAskAgain() {
        var problem = NotNow.problem(new ConnectException());

        assertEquals(503, problem.getStatusCode());
        assertEquals(2, problem.getHeaders().get("Retry-After"));
    }
}
