package dev.orderflow.inventory;

import io.quarkiverse.resteasy.problem.validation.Violation;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the Idempotency-Key header: 1 to 255 visible ASCII characters, as they are or as a structured-header string. */
final class IdempotencyKeys {

    private static final Pattern KEY = Pattern.compile("[!-~&&[^\"\\\\]]{1,255}|\"([!-~&&[^\"\\\\]]{1,255})\"");

    private IdempotencyKeys() {}

    /** The key; a request that changes stock has to have one. */
    static String required(@Nullable String header) {
        var key = KEY.matcher(header == null ? "" : header.strip());
        if (!key.matches()) {
            throw Problems.violation(
                    Violation.In.header, "Idempotency-Key", "must be 1 to 255 visible ASCII characters");
        }
        return key.group(1) == null ? key.group() : key.group(1);
    }

    /** Equal for equal requests and, for all that is known, for no others. */
    static String fingerprint(String request) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(request.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
