package dev.orderflow.inventory;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.NoArgGenerator;
import dev.orderflow.messaging.Cause;
import jakarta.inject.Singleton;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jboss.logging.MDC;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/** Which story a request belongs to: the one that it names, or a new one. Logs, events and the answer carry it on. */
@Singleton
class Correlation {

    private static final String HEADER = "X-Correlation-Id";
    private static final String MDC_KEY = "correlationId";
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

    private final NoArgGenerator ids = Generators.timeBasedEpochGenerator();

    /** Before anything can go wrong with the request. */
    @ServerRequestFilter(preMatching = true)
    void enter(ContainerRequestContext request) {
        String given = request.getHeaderString(HEADER);
        MDC.put(
                MDC_KEY,
                given != null && ID.matcher(given).matches()
                        ? given
                        : ids.generate().toString());
    }

    @ServerResponseFilter
    void leave(ContainerResponseContext response) {
        Object id = MDC.get(MDC_KEY);
        if (id != null) {
            response.getHeaders().putSingle(HEADER, id);
        }
    }

    /** Why the current request changes something. */
    static Cause cause() {
        return Cause.ofRequest(Objects.toString(MDC.get(MDC_KEY)));
    }
}
