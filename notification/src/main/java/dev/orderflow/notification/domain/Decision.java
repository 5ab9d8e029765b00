package dev.orderflow.notification.domain;

import dev.orderflow.notification.domain.Outcome.Accepted;
import dev.orderflow.notification.domain.Outcome.InvalidAddress;
import dev.orderflow.notification.domain.Outcome.NoContact;
import dev.orderflow.notification.domain.Outcome.Rejected;
import dev.orderflow.notification.domain.Outcome.Unavailable;
import dev.orderflow.notification.domain.Outcome.UnknownOrder;
import java.time.Duration;

/** What becomes of a notification after an attempt to send it. */
public sealed interface Decision {

    record Sent() implements Decision {}

    /** There is nobody to tell. Nothing went wrong, so nobody hears of it. */
    record Skipped(String reason) implements Decision {}

    /** It will not be sent, and somebody should know. */
    record Failed(String reason) implements Decision {}

    record TryAgain(Duration after) implements Decision {}

    /**
     * @param attempts made so far, this one included
     * @param age of the notification
     * @param dice even in [0, 1)
     */
    static Decision on(Outcome outcome, Patience patience, int attempts, Duration age, double dice) {
        return switch (outcome) {
            case Accepted _ -> new Sent();
            case NoContact _ -> new Skipped("no_contact");
            case UnknownOrder _ -> new Skipped("unknown_order");
            case InvalidAddress _ -> new Failed("invalid_address");
            case Rejected _ -> new Failed("rejected");
            case Unavailable _ when patience.isOver(age) -> new Failed("gave_up");
            case Unavailable _ -> new TryAgain(patience.delay(attempts, dice));
        };
    }
}
