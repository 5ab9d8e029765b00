package dev.orderflow.messaging;

import java.time.Duration;

/** Counts work that is under way, until no more of it may begin, and lets somebody wait for the rest. */
final class UnderWay {

    private int count;
    private boolean closed;

    /** False when nothing may begin any more. Otherwise {@link #end} has to follow. */
    synchronized boolean begin() {
        count += closed ? 0 : 1;
        return !closed;
    }

    synchronized void end() {
        count--;
        notifyAll();
    }

    synchronized boolean isClosed() {
        return closed;
    }

    synchronized void close() {
        closed = true;
    }

    /** False when some of it takes longer than that. */
    synchronized boolean awaitEnd(Duration longest) throws InterruptedException {
        long deadline = System.nanoTime() + longest.toNanos();
        for (long left = longest.toMillis(); count > 0 && left > 0; left = (deadline - System.nanoTime()) / 1_000_000) {
            wait(left);
        }
        return count == 0;
    }
}
