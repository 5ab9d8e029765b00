package dev.orderflow.order;

import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/** Ids that came from outside. Java's own parser accepts texts that are none. */
final class Ids {

    private static final Pattern TEXT = Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

    private Ids() {}

    /** Empty when it is no UUID: then it is the id of nothing here. */
    static Optional<UUID> parse(String text) {
        return TEXT.matcher(text).matches() ? Optional.of(UUID.fromString(text)) : Optional.empty();
    }
}
