package dev.orderflow.messaging;

import com.fasterxml.uuid.Generators;
import io.opentelemetry.api.trace.Span;
import jakarta.inject.Singleton;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jboss.logging.MDC;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;
import org.jspecify.annotations.Nullable;

/** Which story a request belongs to: the one that it names, or a new one. Logs, events and the answer carry it on. */
@Singleton
public class Correlation {

    /** In which a request names its story, and an answer the one that it belonged to: 1 to 128 visible ASCII characters. */
    public static final String HEADER = "X-Correlation-Id";

    private static final String MDC_KEY = "correlationId";
    private static final Pattern ID = Pattern.compile("[!-~]{1,128}");

    /** Before anything can go wrong with the request. */
    @ServerRequestFilter(preMatching = true)
    void enter(ContainerRequestContext request) {
        request.getHeaders().putSingle(HEADER, enter(request.getHeaderString(HEADER)));
    }

    @ServerResponseFilter
    void leave(ContainerRequestContext request, ContainerResponseContext response) {
        response.getHeaders().putSingle(HEADER, request.getHeaderString(HEADER));
    }

    /** Enters the story that a caller names, or a new one; for callers that do not come by REST. */
    public static String enter(@Nullable String given) {
        String id = idOf(given);
        MDC.put(MDC_KEY, id);
        return id;
    }

    /** What a caller gives, if it can be told in a header and in a log; a new one otherwise. */
    public static String idOf(@Nullable String given) {
        return given != null && isId(given)
                ? given
                : Generators.timeBasedEpochGenerator().generate().toString();
    }

    static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    /** Which order the current request is about: its span and its log lines name it. */
    public static void order(String orderId) {
        Span.current().setAttribute("orderflow.order.id", orderId);
        MDC.put("orderId", orderId);
    }

    /** Why the current request changes something. */
    public static Cause cause() {
        return Cause.ofRequest(Objects.toString(MDC.get(MDC_KEY)));
    }
}
