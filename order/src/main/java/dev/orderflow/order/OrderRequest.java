package dev.orderflow.order;

import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** An order as a client states it. Until it is validated, everything may be missing. */
@RegisterForReflection
record OrderRequest(
        @Schema(examples = "customer-1042")
        @NotNull
        @Pattern(regexp = CUSTOMER_ID, message = "must be 1 to 64 characters of A-Z a-z 0-9 . _ : -")
        String customerId,

        @NotEmpty @Size(max = MAX_LINES) List<@NotNull @Valid Item> items,
        @Valid @Nullable ContactBody contact) {

    static final String CUSTOMER_ID = "[A-Za-z0-9._:-]{1,64}";
    static final int MAX_LINES = 100;
    static final long MAX_QUANTITY = 1_000_000;

    /** So many pieces of a product. */
    @RegisterForReflection
    @Schema(name = "RequestedItem")
    record Item(
            @Schema(examples = "0198c7b1-20aa-7c41-8f62-0a9be17d4c05")
            @NotNull
            @Pattern(regexp = "[!-~]{1,64}", message = "must be 1 to 64 visible ASCII characters")
            String productId,

            @Schema(examples = "2") @NotNull @Min(1) @Max(MAX_QUANTITY)
            Long quantity) {}

    /** Where the customer wants to hear about it. */
    @RegisterForReflection
    @Schema(name = "Contact")
    record ContactBody(
            @Schema(examples = "ann@example.org") @Email @Size(max = 254) @Nullable
            String email,

            @Schema(examples = "+4915112345678")
            @Pattern(regexp = "\\+[1-9][0-9]{6,14}", message = "must be a number in E.164, like +4915112345678")
            @Nullable
            String phone) {}

    /**
     * What is wanted: each product once, in the order in which they first appear; lines of the same product are added up,
     * so a line may be larger than the limit of a single one.
     */
    List<RequestedLine> lines() {
        var wanted = new LinkedHashMap<String, Long>();
        for (var item : items) {
            wanted.merge(canonical(item.productId), item.quantity, Long::sum);
        }
        var lines = new ArrayList<RequestedLine>();
        wanted.forEach((productId, quantity) -> lines.add(new RequestedLine(productId, quantity)));
        return lines;
    }

    Contact contactOrNone() {
        return contact == null ? new Contact(null, null) : new Contact(contact.email, contact.phone);
    }

    /** The two spellings of a UUID are the same product. */
    private static String canonical(String productId) {
        return Ids.parse(productId).map(UUID::toString).orElse(productId);
    }
}
