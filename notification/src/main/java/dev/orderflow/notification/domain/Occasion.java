package dev.orderflow.notification.domain;

import java.util.Locale;

/** What there is to tell of: a state that an order has reached, or a product that runs short. */
public enum Occasion {
    PLACED,
    CONFIRMED,
    CANCELLED,
    LOW_STOCK;

    /** As it stands in events, rows and answers. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException when there is no such occasion */
    public static Occasion of(String code) {
        return valueOf(code.toUpperCase(Locale.ROOT));
    }
}
