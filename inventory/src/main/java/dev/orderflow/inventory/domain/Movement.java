package dev.orderflow.inventory.domain;

import java.util.List;

/** What a decision does to the stock of its lines: all of them or, with {@link Kind#NONE}, no line at all. */
public record Movement(Kind kind, List<Line> lines) {

    /** Nothing moves. */
    public static final Movement NONE = new Movement(Kind.NONE, List.of());

    /** The direction in which stock moves. */
    public enum Kind {
        NONE,
        /** Available units become reserved. */
        TAKE,
        /** Reserved units become available. */
        GIVE_BACK,
        /** Reserved units leave the house. */
        COMMIT
    }

    static Movement take(List<PricedLine> lines) {
        return new Movement(Kind.TAKE, PricedLine.unpriced(lines));
    }

    static Movement giveBack(List<PricedLine> lines) {
        return new Movement(Kind.GIVE_BACK, PricedLine.unpriced(lines));
    }

    static Movement commit(List<PricedLine> lines) {
        return new Movement(Kind.COMMIT, PricedLine.unpriced(lines));
    }
}
