package dev.orderflow.inventory.domain;

import org.jspecify.annotations.Nullable;

/**
 * What there is of one product.
 *
 * @param onHand units in the house, sold and unsold
 * @param reserved those of them that are promised to orders, never more than there are
 * @param unitPrice what the next reservation is promised
 * @param lowThreshold with fewer available units the product runs low; absent when nobody wants to know
 */
public record Stock(
        String productId,
        long onHand,
        long reserved,
        Money unitPrice,
        @Nullable Long lowThreshold) {

    /** More of one product is a mistake, not stock. */
    public static final long MAX_ON_HAND = 1_000_000_000L;

    public Stock {
        if (reserved < 0 || reserved > onHand || onHand > MAX_ON_HAND) {
            throw new IllegalArgumentException("impossible stock of " + productId + ": " + reserved + " of " + onHand);
        }
    }

    /** Units that the next order can have. */
    public long available() {
        return onHand - reserved;
    }

    /** Whether so much more can be put on the shelf. */
    public boolean hasRoomFor(long quantity) {
        return quantity <= MAX_ON_HAND - onHand;
    }

    /** With {@code quantity} more units in the house. */
    public Stock restocked(long quantity) {
        return new Stock(productId, Math.addExact(onHand, quantity), reserved, unitPrice, lowThreshold);
    }

    /** Whether the change from {@code before} to this took the product across its threshold, and not only further. */
    public boolean ranLowSince(Stock before) {
        return lowThreshold != null && before.available() >= lowThreshold && available() < lowThreshold;
    }

    Stock moved(Movement.Kind kind, long quantity) {
        return switch (kind) {
            case NONE -> this;
            case TAKE -> with(onHand, Math.addExact(reserved, quantity));
            case GIVE_BACK -> with(onHand, reserved - quantity);
            case COMMIT -> with(onHand - quantity, reserved - quantity);
        };
    }

    private Stock with(long newOnHand, long newReserved) {
        return new Stock(productId, newOnHand, newReserved, unitPrice, lowThreshold);
    }
}
