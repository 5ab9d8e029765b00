package dev.orderflow.inventory;

import dev.orderflow.inventory.domain.Line;
import dev.orderflow.inventory.domain.Money;
import dev.orderflow.inventory.domain.Stock;
import io.quarkiverse.resteasy.problem.validation.Violation;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What clients may ask of products, checked before anything is decided. */
final class ProductRequests {

    private static final String AMOUNT = "(0|[1-9][0-9]{0,15})(\\.[0-9]{1,4})?";
    private static final String AMOUNT_RULE = "must be a decimal number as text, such as 49.99";
    private static final String CURRENCY = "[A-Z]{3}";
    private static final String CURRENCY_RULE = "must be an ISO 4217 code, such as USD";

    private ProductRequests() {}

    @RegisterForReflection
    record NewProduct(
            @NotBlank
            @Size(max = 200)
            @Pattern(regexp = "\\P{Cntrl}*", message = "must not contain control characters")
            @Schema(examples = "Desk lamp")
            String name,

            @NotNull @Pattern(regexp = AMOUNT, message = AMOUNT_RULE) @Schema(examples = "49.99")
            String price,

            @NotNull @Pattern(regexp = CURRENCY, message = CURRENCY_RULE) @Schema(examples = "USD")
            String currency,

            @NotNull @Min(0) @Max(Stock.MAX_ON_HAND) @Schema(examples = "100")
            Long onHand,

            @Nullable @Min(0) @Max(Stock.MAX_ON_HAND) @Schema(examples = "10")
            Long lowStockThreshold) {}

    @RegisterForReflection
    record NewPrice(
            @NotNull @Pattern(regexp = AMOUNT, message = AMOUNT_RULE) @Schema(examples = "44.99")
            String price,

            @NotNull @Pattern(regexp = CURRENCY, message = CURRENCY_RULE) @Schema(examples = "USD")
            String currency) {}

    @RegisterForReflection
    record Restock(
            @NotNull @Min(1) @Max(Line.MAX_QUANTITY) @Schema(examples = "50")
            Long quantity) {}

    /** The price that two fields make together. */
    static Money price(String amount, String currency) {
        try {
            Money.currency(currency);
        } catch (IllegalArgumentException e) {
            throw Problems.violation(Violation.In.body, "currency", "is " + e.getMessage());
        }
        try {
            return Money.of(amount, currency);
        } catch (IllegalArgumentException e) {
            throw Problems.violation(Violation.In.body, "price", "is " + e.getMessage());
        }
    }
}
