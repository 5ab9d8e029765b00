package dev.orderflow.dev;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A part of the system in a process of its own. It can be started, ended in order, and killed, any number of times. */
public abstract class Part {

    /** A notification that is being sent is waited for, and then the relay's last records. */
    private static final Duration LONGEST_FAREWELL = Duration.ofSeconds(40);

    private final String name;
    private final Path log;
    private @Nullable Process process;

    Part(String name, Path log) {
        this.name = name;
        this.log = log.toAbsolutePath();
    }

    public final String name() {
        return name;
    }

    public final Path log() {
        return log;
    }

    /** The command; whatever it needs on the disk is there afterwards. */
    abstract List<String> prepare();

    /** What its environment has beside this process's own. */
    Map<String, String> environment() {
        return Map.of();
    }

    /** The folder that it works in. */
    Path folder() {
        return Path.of("");
    }

    /** Whether it does its work. */
    abstract boolean isReady(long pid);

    /** The signal upon which it ends in order. */
    String farewell() {
        return "TERM";
    }

    /** How long it may take from its start until it is ready. */
    Duration patience() {
        return Duration.ofSeconds(90);
    }

    /** Starts it and returns at once. */
    public final synchronized Process launch() {
        var started = Processes.start(prepare(), log, folder(), environment());
        process = started;
        return started;
    }

    /** Returns once it does its work; fails, with its last words, when it ends before. */
    public final void awaitReady() {
        var started = running();
        Processes.await(started, () -> isReady(started.pid()), patience(), log);
    }

    /** Starts it and returns once it does its work. */
    public final void start() {
        launch();
        awaitReady();
    }

    /** Ends it in order; when that takes longer than 40 s it is killed. Whatever it has started ends with it. */
    public final void stop() {
        if (isAlive()) {
            var children = running().descendants().toList();
            Processes.signal(running().pid(), farewell());
            Processes.awaitEnd(running().toHandle(), LONGEST_FAREWELL);
            children.forEach(ProcessHandle::destroyForcibly);
        }
    }

    /** Ends it with all its own processes, at once and without a last word, as {@code kill -9} does. */
    public final void kill() {
        if (isAlive()) {
            Processes.kill(running().toHandle());
        }
    }

    /** Not any more as soon as it is dead, even while the machine still lists it. */
    public final boolean isAlive() {
        var current = process;
        return current != null && !Processes.isGone(current.toHandle());
    }

    public final long pid() {
        return running().pid();
    }

    final synchronized Process running() {
        if (process == null) {
            throw new IllegalStateException(name + " was never started");
        }
        return process;
    }
}
