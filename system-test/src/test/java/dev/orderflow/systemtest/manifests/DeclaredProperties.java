package dev.orderflow.systemtest.manifests;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The properties that a service declares: in its files, in those of messaging, and in their configuration interfaces. */
final class DeclaredProperties {

    private static final Pattern REFERENCE = Pattern.compile("\\$\\{([^:}]+)[:}]");

    private DeclaredProperties() {}

    static Set<String> of(Path root, String service) {
        var names = new HashSet<String>();
        files(root, service).forEach(file -> {
            file.forEach((name, value) -> {
                names.add(name.toString().replaceFirst("^%[a-z]+\\.", ""));
                REFERENCE.matcher(value.toString()).results().forEach(found -> names.add(found.group(1)));
            });
        });
        names.addAll(mapped("dev.orderflow.messaging.MessagingConfig"));
        names.addAll(mapped("dev.orderflow." + service + "."
                + service.substring(0, 1).toUpperCase(Locale.ROOT) + service.substring(1) + "Config"));
        return names;
    }

    /** The value in the files, where there is one. */
    static String value(Path root, String service, String name) {
        return files(root, service)
                .map(file -> file.getProperty(name))
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow(() -> new AssertionError("nobody sets " + name));
    }

    /** The environment variable that stands for a property. */
    static String variable(String property) {
        return property.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }

    static Set<String> variables(Set<String> properties) {
        return properties.stream().map(DeclaredProperties::variable).collect(Collectors.toCollection(HashSet::new));
    }

    private static Stream<Properties> files(Path root, String service) {
        return Stream.of(
                        root.resolve(service).resolve("src/main/resources/application.properties"),
                        root.resolve("messaging/src/main/resources/META-INF/microprofile-config.properties"))
                .map(DeclaredProperties::load);
    }

    private static Properties load(Path file) {
        try (var reader = Files.newBufferedReader(file)) {
            var properties = new Properties();
            properties.load(reader);
            return properties;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Set<String> mapped(String type) {
        try {
            var root = Class.forName(type);
            return mapped(
                            Objects.requireNonNull(root.getAnnotation(ConfigMapping.class))
                                    .prefix(),
                            root)
                    .collect(Collectors.toSet());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Stream<String> mapped(String prefix, Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> !method.isDefault() && !method.isSynthetic())
                .flatMap(method -> {
                    var name = prefix + "." + name(method);
                    var inner = method.getReturnType();
                    return inner.isMemberClass() && inner.isInterface() && inner.getEnclosingClass() == type
                            ? mapped(name, inner)
                            : Stream.of(name);
                });
    }

    private static String name(Method method) {
        var given = method.getAnnotation(WithName.class);
        return given != null
                ? given.value()
                : method.getName().replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }
}
