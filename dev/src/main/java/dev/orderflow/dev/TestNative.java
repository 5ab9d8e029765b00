package dev.orderflow.dev;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.time.Clock;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a JVM does not care about and a native executable needs. */
public final class TestNative {

    private static final String REGISTERED = "io.quarkus.runtime.annotations.RegisterForReflection";
    private static final String RESOURCE = "jakarta.ws.rs.Path";
    private static final String PROBLEM = "io.quarkiverse.resteasy.problem.HttpProblem$Builder";

    private TestNative() {}

    /** It starts with the static state that its build has left: dice that were cast, threads that have ended. */
    @ArchTest
    public static final ArchRule nothingAliveIsStatic = noFields()
            .that()
            .areStatic()
            .and()
            .areDeclaredInClassesThat()
            .resideOutsideOfPackage("dev.orderflow.dev")
            .should()
            .haveRawType(assignableTo(RandomGenerator.class)
                    .or(assignableTo("com.fasterxml.uuid.UUIDGenerator"))
                    .or(assignableTo(Clock.class))
                    .or(assignableTo(Thread.class))
                    .or(assignableTo(Executor.class))
                    .or(assignableTo(AutoCloseable.class)));

    /** The same of what a constant is computed from: the moment, the dice, the process and the machine of the build. */
    @ArchTest
    public static final ArchRule noConstantIsOfTheBuild = classes()
            .that()
            .resideOutsideOfPackage("dev.orderflow.dev")
            .should(new ArchCondition<JavaClass>("compute its constants from nothing that changes") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                    type.getStaticInitializer().stream()
                            .flatMap(constants -> constants.getMethodCallsFromSelf().stream())
                            .filter(call -> isOfTheMoment(call.getTargetOwner().getName() + "." + call.getName()))
                            .forEach(call -> events.add(SimpleConditionEvent.violated(type, call.getDescription())));
                }
            });

    private static final Pattern OF_THE_MOMENT = Pattern.compile(
            "java\\.time\\..*\\.now|java\\.util\\.UUID\\.randomUUID|java\\.lang\\.Math\\.random|java\\.net\\.InetAddress\\..*"
                    + "|java\\.lang\\.System\\.(getenv|getProperty|currentTimeMillis|nanoTime)|java\\.lang\\.ProcessHandle\\..*"
                    + "|java\\.lang\\.Runtime\\..*|java\\.(util\\.Locale|time\\.ZoneId)\\.(getDefault|systemDefault)");

    private static boolean isOfTheMoment(String method) {
        return OF_THE_MOMENT.matcher(method).matches();
    }

    /** Unregistered, a type that becomes JSON or is made of it fails at the first request, or loses its fields. */
    @ArchTest
    public static final ArchRule everyJsonTypeIsRegistered = classes()
            .that()
            .resideOutsideOfPackage("dev.orderflow.dev")
            .should(new ArchCondition<JavaClass>("register what it reads and writes as JSON for reflection") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                    for (var json : withParts(roots(type))) {
                        if (!isRegistered(json)) {
                            var text = json.getName() + " is JSON of " + type.getName() + " and is not registered";
                            events.add(SimpleConditionEvent.violated(type, text));
                        }
                    }
                }
            });

    private static boolean isRegistered(Class<?> type) {
        return Arrays.stream(type.getAnnotations())
                .anyMatch(annotation -> annotation.annotationType().getName().equals(REGISTERED));
    }

    /** What a class gives to the JSON library itself, or lets the framework give to it. */
    static Set<Class<?>> roots(JavaClass type) {
        var roots = new LinkedHashSet<Class<?>>();
        if (type.isAnnotatedWith(RESOURCE)) {
            type.getMethods().stream()
                    .filter(method -> method.getModifiers().contains(JavaModifier.PUBLIC))
                    .forEach(method -> signature(method, roots));
            members(type, roots);
        }
        if (calls(type).anyMatch(call -> call.getTargetOwner().isAssignableTo(ObjectMapper.class))) {
            type.getReferencedClassObjects()
                    .forEach(constant -> ours(constant.getRawType().reflect(), roots));
            members(type, roots);
        }
        if (type.isAssignableTo(TypeReference.class)) {
            ours(type.reflect().getGenericSuperclass(), roots);
        }
        calls(type).filter(TestNative::extendsProblem).forEach(call -> calls(type)
                .filter(other -> other.getOrigin().equals(call.getOrigin()))
                .filter(other -> other.getLineNumber() == call.getLineNumber())
                .forEach(other -> results(other, roots)));
        return roots;
    }

    private static Stream<JavaMethodCall> calls(JavaClass type) {
        return type.getMethodCallsFromSelf().stream();
    }

    private static void signature(JavaMethod method, Set<Class<?>> found) {
        ours(method.reflect().getGenericReturnType(), found);
        for (var parameter : method.reflect().getGenericParameterTypes()) {
            ours(parameter, found);
        }
    }

    private static void members(JavaClass type, Set<Class<?>> found) {
        Arrays.stream(type.reflect().getDeclaredClasses())
                .filter(member -> member.isRecord() || member.isEnum())
                .forEach(found::add);
    }

    /** What stands in a problem beside the standard's own fields came from a call in the same line. */
    private static boolean extendsProblem(JavaMethodCall call) {
        return call.getTargetOwner().getName().equals(PROBLEM) && call.getName().equals("with");
    }

    private static void results(JavaMethodCall call, Set<Class<?>> found) {
        call.getTarget()
                .resolveMember()
                .ifPresent(method -> ours(method.reflect().getGenericReturnType(), found));
    }

    /** The types and all that they consist of: components, constants, permitted subtypes. */
    static Set<Class<?>> withParts(Set<Class<?>> roots) {
        var all = new LinkedHashSet<>(roots);
        for (var grown = 0; grown < all.size(); ) {
            grown = all.size();
            for (var type : Set.copyOf(all)) {
                if (type.isRecord()) {
                    Arrays.stream(type.getRecordComponents())
                            .map(RecordComponent::getGenericType)
                            .forEach(component -> ours(component, all));
                }
                if (type.isSealed()) {
                    all.addAll(Arrays.asList(type.getPermittedSubclasses()));
                }
            }
        }
        return all;
    }

    private static void ours(Type type, Set<Class<?>> found) {
        switch (type) {
            case Class<?> raw when raw.isArray() -> ours(raw.getComponentType(), found);
            case Class<?> raw -> {
                if (raw.getName().startsWith("dev.orderflow.")) {
                    found.add(raw);
                }
            }
            case ParameterizedType generic -> {
                ours(generic.getRawType(), found);
                Arrays.stream(generic.getActualTypeArguments()).forEach(argument -> ours(argument, found));
            }
            case GenericArrayType array -> ours(array.getGenericComponentType(), found);
            case WildcardType wildcard ->
                Arrays.stream(wildcard.getUpperBounds()).forEach(bound -> ours(bound, found));
            default -> {}
        }
    }
}
