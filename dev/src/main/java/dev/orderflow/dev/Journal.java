package dev.orderflow.dev;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/** What happened since the start, in lines for people; whoever asks later reads all of it, too. */
final class Journal {

    /** Of a system that runs for weeks only the end is of interest. */
    private static final int MOST = 2_000;

    private final List<String> lines = new ArrayList<>();
    private int forgotten;
    private long wakes;
    private Instant lastSaid = Instant.now();

    synchronized void say(String line) {
        System.out.println(LocalTime.now(ZoneId.systemDefault()).withNano(0) + "  " + line);
        lines.add(line);
        lastSaid = Instant.now();
        if (lines.size() > MOST) {
            lines.removeFirst();
            forgotten++;
        }
        notifyAll();
    }

    /** How long nothing has been said. */
    synchronized Duration silence() {
        return Duration.between(lastSaid, Instant.now());
    }

    /** Wakes those who wait, because something else than a line has changed. */
    synchronized void wake() {
        wakes++;
        notifyAll();
    }

    /** The lines from the number on that there are. */
    synchronized List<String> now(int number) {
        var first = Math.max(0, number - forgotten);
        return first >= lines.size() ? List.of() : List.copyOf(lines.subList(first, lines.size()));
    }

    /** The lines from the number on; waits up to a second for one, or for what else wakes. */
    synchronized List<String> from(int number) {
        awaitNews(number);
        return now(number);
    }

    private void awaitNews(int number) {
        var seen = wakes;
        var end = Instant.now().plusSeconds(1);
        try {
            while (number >= forgotten + lines.size()
                    && seen == wakes
                    && Instant.now().isBefore(end)) {
                wait(1_000);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
