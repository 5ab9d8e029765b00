package dev.orderflow.inventory;

import io.quarkiverse.resteasy.problem.HttpProblem;
import io.quarkiverse.resteasy.problem.postprocessing.ProblemContext;
import io.quarkiverse.resteasy.problem.postprocessing.ProblemPostProcessor;
import io.quarkiverse.resteasy.problem.validation.Violation;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Violations name the fields as they are in JSON, not as they are in Java. */
@Singleton
class ViolationNames implements ProblemPostProcessor {

    private static final String VIOLATIONS = "violations";
    private static final Pattern HUMP = Pattern.compile("(?<=[a-z0-9])[A-Z]");

    @Override
    public HttpProblem apply(HttpProblem problem, ProblemContext context) {
        if (problem.getParameters().get(VIOLATIONS) instanceof List<?> found) {
            List<?> named = found.stream().map(ViolationNames::named).toList();
            return HttpProblem.builder(problem).with(VIOLATIONS, named).build();
        }
        return problem;
    }

    private static Object named(Object violation) {
        return violation instanceof Violation v && v.in.equals(Violation.In.body.name())
                ? Violation.In.body.field(snakeCase(v.field)).message(v.message)
                : violation;
    }

    private static String snakeCase(String field) {
        return HUMP.matcher(field).replaceAll(hump -> "_" + hump.group().toLowerCase(Locale.ROOT));
    }
}
