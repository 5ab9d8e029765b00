package dev.orderflow.order;

import com.fasterxml.uuid.Generators;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import java.util.regex.Pattern;
import org.jboss.logging.MDC;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;
import org.jspecify.annotations.Nullable;

/** Every request belongs to a story: the one that its header names, or a new one. Logs and the answer name it. */
@ApplicationScoped
class Correlation {

    static final String HEADER = "X-Correlation-Id";

    private static final Pattern VALID = Pattern.compile("[!-~]{1,128}");

    @ServerRequestFilter(preMatching = true)
    void enter(ContainerRequestContext request) {
        var correlationId = idOf(request.getHeaderString(HEADER));
        request.getHeaders().putSingle(HEADER, correlationId);
        MDC.put("correlationId", correlationId);
    }

    /** What a client gives, if it can be told in a header and in a log. */
    static String idOf(@Nullable String given) {
        return given != null && VALID.matcher(given).matches()
                ? given
                : Generators.timeBasedEpochGenerator().generate().toString();
    }

    @ServerResponseFilter
    void leave(ContainerRequestContext request, ContainerResponseContext response) {
        response.getHeaders().putSingle(HEADER, request.getHeaderString(HEADER));
    }
}
