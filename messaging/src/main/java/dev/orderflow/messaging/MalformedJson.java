package dev.orderflow.messaging;

import com.fasterxml.jackson.core.exc.StreamReadException;
import io.quarkiverse.resteasy.problem.HttpProblem;
import io.quarkiverse.resteasy.problem.postprocessing.ProblemContext;
import io.quarkiverse.resteasy.problem.postprocessing.ProblemPostProcessor;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response.Status;

/** Says where a body cannot be read; the framework's own problem says no more than its status. */
@Singleton
class MalformedJson implements ProblemPostProcessor {

    @Override
    public HttpProblem apply(HttpProblem problem, ProblemContext context) {
        return problem.getStatusCode() == Status.BAD_REQUEST.getStatusCode()
                        && context.cause.getCause() instanceof StreamReadException failure
                ? HttpProblem.builder(problem).withDetail(detail(failure)).build()
                : problem;
    }

    private static String detail(StreamReadException failure) {
        var location = failure.getLocation();
        return "The body cannot be read as JSON at line %d, column %d."
                .formatted(location.getLineNr(), location.getColumnNr());
    }
}
