package dev.orderflow.notification;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.quarkiverse.resteasy.problem.HttpProblem;
import io.vertx.pgclient.PgException;
import java.net.ConnectException;
import org.junit.jupiter.api.Test;

class ProblemsTest {

    @Test
    void aDatabaseThatIsAwayMeansComeAgain() {
        Throwable refused = new IllegalStateException(new ConnectException("refused"));
        Throwable shutdown = new PgException("terminating connection", "FATAL", "57P01", "");
        for (Throwable failure : new Throwable[] {refused, shutdown}) {
            HttpProblem problem = (HttpProblem) Problems.of(failure);

            assertEquals(503, problem.getStatusCode());
            assertEquals(2, problem.getHeaders().get("Retry-After"));
        }
    }

    @Test
    void aDefectStaysWhatItIs() {
        Throwable defect = new IllegalStateException(new PgException("no such column", "ERROR", "42703", ""));

        assertSame(defect, Problems.of(defect));
    }
}
