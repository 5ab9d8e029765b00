package io.quarkiverse.resteasy.problem.security;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quarkus.vertx.http.runtime.security.ChallengeData;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HttpUnauthorizedUtilsTest {

    @Test
    void aChallengeSaysHowToAuthenticate() {
        var problem = HttpUnauthorizedUtils.of(new ChallengeData(401, "WWW-Authenticate", "Bearer"));

        assertEquals(401, problem.getStatusCode());
        assertEquals("Unauthorized", problem.getTitle());
        assertEquals(Map.of("WWW-Authenticate", "Bearer"), problem.getHeaders());
    }
}
