package dev.orderflow.fraud.domain;

import java.math.BigDecimal;
import java.util.Map;

/**
 * From which amount on something counts, currency by currency.
 *
 * @param otherwise for every currency that {@code byCurrency} does not name, in its major unit
 */
public record AmountLimit(BigDecimal otherwise, Map<String, BigDecimal> byCurrency) {

    boolean isReachedBy(Money amount) {
        return amount.decimal().compareTo(in(amount.currency())) >= 0;
    }

    BigDecimal in(String currency) {
        return byCurrency.getOrDefault(currency, otherwise);
    }
}
