package dev.orderflow.dev;

import java.time.Duration;
import java.util.Collection;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** Tells which parts are still starting, when nothing else has been said for a while: silence looks like a hang. */
record Progress(Collection<Keeper> keepers, Journal journal, Duration silence) {

    /** For as long as that holds. */
    void tellWhile(BooleanSupplier starting) {
        while (starting.getAsBoolean()) {
            if (journal.silence().compareTo(silence) >= 0) {
                var awaited = keepers.stream()
                        .filter(keeper -> keeper.state() == Keeper.State.STARTING)
                        .map(keeper -> keeper.part().name())
                        .collect(Collectors.joining(", "));
                if (!awaited.isEmpty()) {
                    journal.say("... still starting: " + awaited);
                }
            }
            Processes.pause(Duration.ofMillis(100));
        }
    }
}
