package dev.orderflow.notification.domain;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An address that a message can be sent to. Narrower than the standard on purpose: what would need quoting, or could end
 * a header line, is refused.
 */
public record EmailAddress(String value) {

    private static final int LONGEST = 254; // RFC 5321: what fits into a path
    private static final int LONGEST_LOCAL_PART = 64;
    private static final Pattern FORM =
            Pattern.compile("[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
                    + "@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*");

    /** Empty when nothing can be sent there. */
    public static Optional<EmailAddress> parse(String value) {
        String address = value.strip();
        boolean sendable = address.length() <= LONGEST
                && FORM.matcher(address).matches()
                && address.indexOf('@') <= LONGEST_LOCAL_PART;
        return sendable ? Optional.of(new EmailAddress(address)) : Optional.empty();
    }

    /** What may be stored: {@code a***@example.com}, whatever the length of the name. */
    public String masked() {
        return value.charAt(0) + "***" + value.substring(value.indexOf('@'));
    }

    /** Masked, so that no log line tells the address by accident. */
    @Override
    public String toString() {
        return masked();
    }
}
