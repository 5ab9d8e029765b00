package dev.orderflow.order;

import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import io.quarkiverse.resteasy.problem.validation.Violation;
import jakarta.ws.rs.core.Response;
import java.util.stream.Collectors;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** JSON of another shape than the command's: a problem that names the field, in place of the framework's own answer. */
class JsonProblems {

    @ServerExceptionMapper
    Response mismatch(MismatchedInputException failure) {
        var field = failure.getPath().stream().map(JsonProblems::name).collect(Collectors.joining());
        return Problems.response(Problems.violation(
                Violation.In.body,
                field.startsWith(".") ? field.substring(1) : field,
                "must have the type that is documented"));
    }

    private static String name(JsonMappingException.Reference step) {
        return step.getFieldName() == null ? "[" + step.getIndex() + "]" : "." + step.getFieldName();
    }
}
