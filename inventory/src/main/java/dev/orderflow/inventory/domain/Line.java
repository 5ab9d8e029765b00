package dev.orderflow.inventory.domain;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * So many units of a product.
 *
 * @param productId opaque; whether there is such a product is known to the {@link Shelf}
 * @param quantity 1 to {@link #MAX_QUANTITY}
 */
public record Line(String productId, long quantity) {

    /** Bounds every sum: a hundred lines of this size are far from overflowing. */
    public static final long MAX_QUANTITY = 1_000_000_000L;

    public Line {
        if (quantity < 1 || quantity > MAX_QUANTITY) {
            throw new IllegalArgumentException("quantity out of range: " + quantity);
        }
    }

    /** The lines by product, so that equal orders are equal values however they were written down. */
    static List<Line> canonical(List<Line> lines) {
        return canonical(
                lines,
                Comparator.comparing(Line::productId),
                lines.stream().map(Line::productId).toList());
    }

    static <T> List<T> canonical(List<T> lines, Comparator<T> byProduct, List<String> products) {
        Set<String> distinct = new HashSet<>(products);
        if (lines.isEmpty() || distinct.size() != lines.size()) {
            throw new IllegalArgumentException("at least one line, and every product at most once");
        }
        return lines.stream().sorted(byProduct).toList();
    }
}
