package dev.orderflow.fraud;

import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import io.quarkiverse.resteasy.problem.ExceptionMapperBase;
import io.quarkiverse.resteasy.problem.HttpProblem;
import jakarta.annotation.Priority;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;

/** JSON of another shape than the request's is a problem with words; without this it is a bare 400. */
@Provider
@Priority(Priorities.USER)
public class UnreadableBody extends ExceptionMapperBase<MismatchedInputException> {

    @Override
    protected HttpProblem toProblem(MismatchedInputException failure) {
        return HttpProblem.builder()
                .withTitle(Response.Status.BAD_REQUEST.getReasonPhrase())
                .withStatus(Response.Status.BAD_REQUEST)
                .withDetail("The body is JSON, but not of the shape that is asked for here")
                .build();
    }
}
