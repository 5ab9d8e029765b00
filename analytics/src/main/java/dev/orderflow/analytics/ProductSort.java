package dev.orderflow.analytics;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.UUID;

/** By what products can be sorted: figures from the top, names from the start; products that are equal by their id. */
enum ProductSort {
    UNITS_CONFIRMED("unitsConfirmed"),
    UNITS_ORDERED("unitsOrdered"),
    UNITS_CANCELLED("unitsCancelled"),
    UNITS_RESTOCKED("unitsRestocked"),
    LOW_STOCK("lowStock"),
    NAME("name");

    /** Where a page ended. */
    record Position(Object value, UUID productId) {}

    private final String property;

    ProductSort(String property) {
        this.property = property;
    }

    static ProductSort of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }

    /** With the position's value and id as ?1 and ?2. */
    String next() {
        return "%1$s %2$s ?1 or (%1$s = ?1 and productId > ?2) ".formatted(property, this == NAME ? ">" : "<")
                + order();
    }

    /** The first page has this alone. */
    String order() {
        return "order by %s%s, productId".formatted(property, this == NAME ? "" : " desc");
    }

    String cursor(ProductEntity last) {
        String position = last.productId + " " + value(last);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(position.getBytes(StandardCharsets.UTF_8));
    }

    private Object value(ProductEntity product) {
        return switch (this) {
            case UNITS_CONFIRMED -> product.unitsConfirmed;
            case UNITS_ORDERED -> product.unitsOrdered;
            case UNITS_CANCELLED -> product.unitsCancelled;
            case UNITS_RESTOCKED -> product.unitsRestocked;
            case LOW_STOCK -> product.lowStock;
            case NAME -> product.name;
        };
    }

    /** @throws IllegalArgumentException for text that {@link #cursor} does not make */
    Position position(String cursor) {
        String position = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
        if (position.length() < 37) {
            throw new IllegalArgumentException("too short");
        }
        UUID productId = UUID.fromString(position.substring(0, 36));
        String text = position.substring(37);
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("NUL in a name");
        }
        return new Position(this == NAME ? text : Long.valueOf(text), productId);
    }
}
