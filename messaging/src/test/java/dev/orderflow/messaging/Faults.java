package dev.orderflow.messaging;

import dev.orderflow.dev.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/** Lets faults befall three replicas for some time: {@code ./run faults}. */
final class Faults {

    private static final String USAGE = "./run faults [--minutes N] [--seed N]";

    private static final Duration LONG_RUN = Duration.ofMinutes(1);

    private Faults() {}

    /**
     * What came of it.
     *
     * @param missing what should have happened at least once and did not: then the run says nothing
     */
    record Outcome(History history, List<String> missing) {}

    static void main(String[] arguments) throws Exception {
        double minutes = 1;
        long seed = ThreadLocalRandom.current().nextInt(1_000_000);
        try {
            for (int i = 0; i < arguments.length; i += 2) {
                switch (arguments[i]) {
                    case "--minutes" -> minutes = Double.parseDouble(arguments[i + 1]);
                    case "--seed" -> seed = Long.parseLong(arguments[i + 1]);
                    default -> throw new IllegalArgumentException();
                }
            }
        } catch (RuntimeException e) {
            System.err.println(USAGE);
            System.exit(2);
        }
        Path folder = Files.createTempDirectory("orderflow-faults-");
        Outcome outcome = run(seed, Duration.ofSeconds(Math.round(minutes * 60)), folder);
        outcome.history().wrong().forEach(wrong -> System.out.println("WRONG  " + wrong));
        outcome.missing().forEach(missing -> System.out.println("VOID, proves nothing: " + missing));
        if (outcome.history().wrong().isEmpty() && outcome.missing().isEmpty()) {
            System.out.println("Nothing was lost, doubled or out of order.");
            Folders.delete(folder);
            System.exit(0);
        }
        System.out.println("Logs and data are in " + folder);
        System.exit(1);
    }

    /** The same seed brings the same faults in the same order, each after the same time. */
    static Outcome run(long seed, Duration time, Path folder) throws InterruptedException, IOException {
        System.out.println("faults: seed " + seed);
        try (FaultRun run = new FaultRun(seed, folder, line -> System.out.println("faults: " + line))) {
            run.begin();
            run.befall(time);
            if (time.compareTo(LONG_RUN) >= 0) {
                run.freezeForLong();
            }
            History history = run.end();
            return new Outcome(history, missing(run.counts(), history));
        }
    }

    private static List<String> missing(Map<String, Integer> counts, History history) {
        List<String> missing = new ArrayList<>();
        if (history.events() < 500) {
            missing.add("hardly any events");
        }
        if (counts.getOrDefault("takeovers", 0) <= 0) {
            missing.add("no bucket was taken over");
        }
        if (counts.getOrDefault("zombies", 0) == 0) {
            missing.add("no relay was ended while it was frozen");
        }
        if (counts.getOrDefault("late", 0) == 0) {
            missing.add("no transaction committed late");
        }
        if (counts.getOrDefault("parked", 0) == 0) {
            missing.add("nothing was parked");
        }
        if (counts.getOrDefault("redriven", 0) == 0) {
            missing.add("nothing was redriven");
        }
        if (counts.getOrDefault("dropped", 0) == 0) {
            missing.add("no old day of the inbox was dropped");
        }
        if (counts.containsKey("FREEZE_FOR_LONG") && counts.getOrDefault("evictions", 0) == 0) {
            missing.add("no frozen relay lost its connection");
        }
        if (history.repeats() == 0) {
            missing.add("nothing was sent twice");
        }
        if (counts.getOrDefault("duplicates", 0) == 0) {
            missing.add("no duplicate was dropped");
        }
        return missing;
    }
}
