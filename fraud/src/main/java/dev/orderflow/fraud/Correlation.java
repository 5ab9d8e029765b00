package dev.orderflow.fraud;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.NoArgGenerator;
import jakarta.inject.Singleton;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import java.util.regex.Pattern;
import org.jboss.logging.MDC;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/** The story that a request belongs to, its own or the one that its header names, for the log and the answer. */
@Singleton
class Correlation {

    private static final String HEADER = "X-Correlation-Id";
    private static final String FIELD = "correlationId";
    private static final Pattern USABLE = Pattern.compile("[!-~]{1,128}");

    private final NoArgGenerator ids = Generators.timeBasedEpochGenerator();

    @ServerRequestFilter(preMatching = true)
    void begin(ContainerRequestContext request) {
        String named = request.getHeaderString(HEADER);
        boolean usable = named != null && USABLE.matcher(named).matches();
        MDC.put(FIELD, usable ? named : ids.generate().toString());
    }

    @ServerResponseFilter
    void end(ContainerResponseContext response) {
        Object id = MDC.get(FIELD);
        if (id != null) {
            response.getHeaders().putSingle(HEADER, id);
        }
    }
}
