package dev.orderflow.contracts;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Decides whether contracts still keep what released ones promised. They are reduced to promises, each a name and what
 * holds for it ({@link Promises}); every later version has to make all of them again, in the same words. What is new is
 * free.
 */
final class Compatibility {

    private Compatibility() {}

    /** The promises of {@code released} that {@code current} breaks, one sentence each; empty when none. */
    static List<String> violations(Map<String, String> released, Map<String, String> current) {
        return released.entrySet().stream()
                .flatMap(promise -> violation(promise.getKey(), promise.getValue(), current))
                .sorted()
                .toList();
    }

    private static Stream<String> violation(String name, String was, Map<String, String> current) {
        String is = current.get(name);
        if (is == null) {
            return Stream.of("removed: " + name);
        }
        return is.equals(was) ? Stream.empty() : Stream.of("changed: " + name + " was " + was + ", is " + is);
    }
}
