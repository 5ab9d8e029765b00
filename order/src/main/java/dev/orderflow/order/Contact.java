package dev.orderflow.order;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Where the customer wants to hear about the order. Leaves this service only by GetContact. */
@RegisterForReflection
record Contact(@Nullable String email, @Nullable String phone) {

    /**
     * The same for every spelling of the same contact, and of no other use to whoever does not have the key. An e-mail
     * address counts before a phone number. Absent without either.
     */
    @Nullable
    String reference(String key) {
        if (email != null) {
            return hash(key, "email:" + email.strip().toLowerCase(Locale.ROOT));
        }
        return phone == null ? null : hash(key, "phone:" + phone);
    }

    private static String hash(String key, String contact) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), mac.getAlgorithm()));
            return HexFormat.of().formatHex(mac.doFinal(contact.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }
}
