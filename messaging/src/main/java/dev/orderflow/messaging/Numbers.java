package dev.orderflow.messaging;

import jakarta.ws.rs.BadRequestException;

/** Numbers of a query. */
final class Numbers {

    private Numbers() {}

    /** Taken as text: the framework would answer 404 for what is no number. */
    static long number(String name, String text, long smallest, long largest) {
        try {
            long number = Long.parseLong(text);
            if (number >= smallest && number <= largest) {
                return number;
            }
        } catch (NumberFormatException e) {
            // The same answer as for one that is out of bounds.
        }
        throw new BadRequestException("%s must be a number between %d and %d".formatted(name, smallest, largest));
    }
}
