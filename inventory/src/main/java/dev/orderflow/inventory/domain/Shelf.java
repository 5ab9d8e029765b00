package dev.orderflow.inventory.domain;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The stock that a decision may look at and move: an immutable value. A product that is not on it does not exist. */
public record Shelf(Map<String, Stock> stock) {

    public Shelf {
        stock = Map.copyOf(stock);
    }

    public static Shelf of(Collection<Stock> stock) {
        return new Shelf(stock.stream().collect(Collectors.toMap(Stock::productId, s -> s)));
    }

    public @Nullable Stock of(String productId) {
        return stock.get(productId);
    }

    /** The shelf once a decision's movement is done. */
    public Shelf after(Movement movement) {
        Map<String, Stock> moved = new TreeMap<>(stock);
        for (Line line : movement.lines()) {
            moved.computeIfPresent(line.productId(), (id, s) -> s.moved(movement.kind(), line.quantity()));
        }
        return new Shelf(moved);
    }

    /** Why these lines cannot be promised together, if so: an unknown product first, then currencies, then amounts. */
    Optional<Refusal> refuses(List<Line> lines) {
        return unknown(lines).or(() -> mixed(lines)).or(() -> missing(lines));
    }

    /** The lines at today's prices; only after {@link #refuses} had no objection. */
    List<PricedLine> priced(List<Line> lines) {
        return lines.stream()
                .map(line -> new PricedLine(line, stockOf(line).unitPrice()))
                .toList();
    }

    private Optional<Refusal> unknown(List<Line> lines) {
        List<String> unknown = lines.stream()
                .map(Line::productId)
                .filter(id -> !stock.containsKey(id))
                .toList();
        return unknown.isEmpty() ? Optional.empty() : Optional.of(new Refusal.UnknownProducts(unknown));
    }

    private Optional<Refusal> mixed(List<Line> lines) {
        List<String> currencies = lines.stream()
                .map(line -> stockOf(line).unitPrice().currency().getCurrencyCode())
                .distinct()
                .sorted()
                .toList();
        return currencies.size() == 1 ? Optional.empty() : Optional.of(new Refusal.MixedCurrencies(currencies));
    }

    /** Only what is missing matters to an order that is placed already: its prices are settled. */
    Optional<Refusal> missing(List<Line> lines) {
        List<Refusal.Shortage> shortages = lines.stream()
                .filter(line -> available(line) < line.quantity())
                .map(line -> new Refusal.Shortage(line.productId(), line.quantity(), available(line)))
                .toList();
        return shortages.isEmpty() ? Optional.empty() : Optional.of(new Refusal.InsufficientStock(shortages));
    }

    private long available(Line line) {
        Stock found = stock.get(line.productId());
        return found == null ? 0 : found.available();
    }

    private Stock stockOf(Line line) {
        Stock found = stock.get(line.productId());
        if (found == null) {
            throw new IllegalStateException("no stock of " + line.productId());
        }
        return found;
    }
}
