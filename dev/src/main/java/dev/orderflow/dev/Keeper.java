package dev.orderflow.dev;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** Keeps one part running as long as that is wanted: one that dies is started again, later each time it dies soon. */
final class Keeper {

    enum State {
        STOPPED,
        STARTING,
        READY,
        WAITING
    }

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    /** Who has worked for as long has not failed to start. */
    private static final Duration SOLID = Duration.ofMinutes(1);

    private static final Duration FOREVER = Duration.ofDays(1);

    private final Part part;
    private final Journal journal;

    /** Held by whoever starts or stops it: a start in the middle of a stop would make two threads keep one part. */
    private final ReentrantLock order = new ReentrantLock();

    private boolean wanted;
    private boolean closed;
    private boolean hurried;
    private State state = State.STOPPED;
    private int failures;
    private String lastEnd = "";
    private Duration pause = FIRST_PAUSE;

    Keeper(Part part, Journal journal) {
        this.part = part;
        this.journal = journal;
    }

    Part part() {
        return part;
    }

    synchronized State state() {
        return state;
    }

    /** How often it has ended before it was ready. */
    synchronized int failures() {
        return failures;
    }

    /** Why it ended the last time. */
    synchronized String lastEnd() {
        return lastEnd;
    }

    /**
     * Starts it and returns at once, or when a stop that is under way is over. Without effect on one that is closed, and on
     * one that is wanted already, except that a pause ends.
     */
    void start() {
        order.lock();
        try {
            begin();
        } finally {
            order.unlock();
        }
    }

    private synchronized void begin() {
        pause = FIRST_PAUSE;
        hurried = true;
        if (!wanted && !closed) {
            wanted = true;
            Thread.ofPlatform().daemon().name(part.name()).start(this::keep);
        }
        notifyAll();
    }

    /** Returns once it has ended in order; it stays down until it is started again. */
    void stop() {
        order.lock();
        try {
            end();
        } finally {
            order.unlock();
        }
    }

    /** Stops it for good. */
    void close() {
        order.lock();
        try {
            closed = true;
            end();
        } finally {
            order.unlock();
        }
    }

    private void end() {
        synchronized (this) {
            wanted = false;
            notifyAll();
        }
        part.stop();
        await(() -> state == State.STOPPED, Instant.now().plus(FOREVER));
    }

    /** Returns once it is ready, {@code futile} holds or patience ends; looks whenever its own state changes. */
    boolean awaitReady(BooleanSupplier futile) {
        await(() -> state == State.READY || futile.getAsBoolean(), Instant.now().plus(part.patience()));
        return state() == State.READY;
    }

    /** As if it had crashed: it is started again. */
    void kill() {
        part.kill();
    }

    private void keep() {
        while (isWanted()) {
            live();
        }
        become(State.STOPPED);
    }

    private void live() {
        become(State.STARTING);
        var begun = Instant.now();
        String end;
        try {
            var process = part.launch();
            if (!isWanted()) { // asked for while it was being launched
                part.stop();
                return;
            }
            awaitReady(process, begun);
            end = meaning(process.waitFor());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } catch (RuntimeException e) {
            end = String.valueOf(e.getMessage());
        }
        if (isWanted()) {
            retryLater(end, Duration.between(begun, Instant.now()));
        }
    }

    private void awaitReady(Process process, Instant begun) throws InterruptedException {
        while (!part.isReady(process.pid())) {
            if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
                return;
            }
        }
        if (process.isAlive()) {
            journal.say("%-13s ready after %.2f s"
                    .formatted(
                            part.name(), Duration.between(begun, Instant.now()).toMillis() / 1000.0));
            become(State.READY);
        }
    }

    private synchronized void retryLater(String end, Duration lived) {
        lastEnd = end;
        if (state != State.READY) {
            failures++;
        }
        if (lived.compareTo(SOLID) > 0) {
            pause = FIRST_PAUSE;
        }
        journal.say("%-13s ended (%s); it is started again in %d s".formatted(part.name(), end, pause.toSeconds()));
        become(State.WAITING);
        hurried = false;
        var until = Instant.now().plus(pause);
        pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
        await(() -> !wanted || hurried, until);
    }

    private synchronized void await(BooleanSupplier fact, Instant until) {
        try {
            while (!fact.getAsBoolean() && Instant.now().isBefore(until)) {
                wait(Math.clamp(Duration.between(Instant.now(), until).toMillis(), 1, 1_000));
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private synchronized boolean isWanted() {
        return wanted;
    }

    private synchronized void become(State next) {
        state = next;
        notifyAll();
        journal.wake();
    }

    /** Shells and JVMs tell a signal by a code above 128. */
    static String meaning(int exitCode) {
        return switch (exitCode) {
            case 137 -> "killed";
            case 139 -> "crashed";
            case 143 -> "told to end";
            default -> "exit code " + exitCode;
        };
    }

    static String lower(State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
