package dev.orderflow.inventory.domain;

import java.util.Comparator;
import java.util.List;

/** A line with the unit price that was promised for it; later price changes leave it alone. */
public record PricedLine(Line line, Money unitPrice) {

    public PricedLine(String productId, long quantity, Money unitPrice) {
        this(new Line(productId, quantity), unitPrice);
    }

    public String productId() {
        return line.productId();
    }

    static List<PricedLine> canonical(List<PricedLine> lines) {
        return Line.canonical(
                lines,
                Comparator.comparing(PricedLine::productId),
                lines.stream().map(PricedLine::productId).toList());
    }

    static List<Line> unpriced(List<PricedLine> lines) {
        return lines.stream().map(PricedLine::line).toList();
    }
}
