package dev.orderflow.order;

import java.util.Optional;
import java.util.regex.Pattern;

/** The value of an Idempotency-Key header: 1 to 255 visible ASCII characters, as they are or as a structured-header string. */
record IdempotencyKey(String value) {

    private static final Pattern VISIBLE = Pattern.compile("[!-~]{1,255}");
    private static final Pattern QUOTED = Pattern.compile("\"((?:[^\"\\\\]|\\\\[\"\\\\])*)\"");

    /** {@code abc} and {@code "abc"} are the same key. Empty when it is none. */
    static Optional<IdempotencyKey> parse(String header) {
        var text = header.strip();
        var quoted = QUOTED.matcher(text);
        if (quoted.matches()) {
            text = quoted.group(1).replaceAll("\\\\([\"\\\\])", "$1");
        } else if (text.startsWith("\"")) {
            return Optional.empty();
        }
        return VISIBLE.matcher(text).matches() ? Optional.of(new IdempotencyKey(text)) : Optional.empty();
    }
}
