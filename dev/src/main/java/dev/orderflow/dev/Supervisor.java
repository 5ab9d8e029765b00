package dev.orderflow.dev;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs the parts of the system in the background: starts them in order, keeps them up, and stops them in order. */
final class Supervisor {

    private enum Phase {
        STARTING,
        READY,
        STOPPING,
        ENDED
    }

    /** A part that ends so often before it is ready will not come up. */
    private static final int GIVE_UP = 3;

    private final Home home;
    private final Options options;
    private final Journal journal = new Journal();
    private final Map<String, Keeper> keepers = new LinkedHashMap<>();
    private final Instant begun = Instant.now();
    private Phase phase = Phase.STARTING;
    private boolean started;
    private volatile boolean failed; // whoever else is awaited meanwhile need not come any more

    private Supervisor(Home home, Options options) {
        this.home = home;
        this.options = options;
        new Parts(home, options).all().forEach(part -> keepers.put(part.name(), new Keeper(part, journal)));
    }

    /** Arguments: project's root, home's folder, the options' words. */
    static void main(String[] arguments) throws IOException {
        Session.leave();
        var words = List.of(arguments);
        var home = new Home(Path.of(words.get(0)), Path.of(words.get(1)));
        new Supervisor(home, Options.ofWords(words.subList(2, words.size()))).run();
    }

    private void run() throws IOException {
        var desk = new Desk(this, options);
        desk.open(home.control());
        // A plain kill ends all in order, too. In either case whoever listens hears the last line before this process
        // ends.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            stop();
            desk.close(home.control());
        }));
        Thread.ofPlatform().daemon().start(this::boundLogs);
        Thread.ofPlatform().daemon().start(this::begin);
        var progress = new Progress(keepers.values(), journal, Build.SILENCE);
        Thread.ofPlatform().daemon().start(() -> progress.tellWhile(this::isStarting));
        awaitEnd();
        System.exit(0);
    }

    private void boundLogs() {
        while (true) {
            Processes.pause(Duration.ofSeconds(5));
            keepers.values().forEach(keeper -> LogKeeper.bound(keeper.part().log()));
            LogKeeper.bound(home.log("run"));
        }
    }

    /** First the servers, then the services, as many at a time as there are cores. */
    private void begin() {
        try {
            startAll(options.servers(), options.servers().size());
            startAll(options.services(), Math.max(2, Runtime.getRuntime().availableProcessors()));
        } catch (Failure failure) {
            journal.say(String.valueOf(failure.getMessage()));
            stop();
            return;
        }
        synchronized (this) {
            if (phase == Phase.STARTING) {
                phase = Phase.READY;
                new Welcome(options)
                        .lines(Duration.between(begun, Instant.now()).toSeconds())
                        .forEach(journal::say);
                started = true;
            }
        }
        journal.wake();
    }

    private void startAll(List<String> names, int atOnce) {
        try (var threads = Executors.newFixedThreadPool(Math.clamp(names.size(), 1, atOnce))) {
            var results = new ArrayList<Future<?>>();
            for (var name : names) {
                results.add(threads.submit(() -> startFirst(keeper(name))));
            }
            try {
                for (var result : results) {
                    result.get();
                }
            } catch (ExecutionException e) {
                throw e.getCause() instanceof Failure failure ? failure : new Failure("" + e.getCause(), e);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private void startFirst(Keeper keeper) {
        if (!isStarting() || failed) {
            return;
        }
        keeper.start();
        var ready = keeper.awaitReady(() -> keeper.failures() >= GIVE_UP || failed || !isStarting());
        if (!ready && isStarting() && !failed) {
            failed = true;
            throw new Failure(wontStart(keeper));
        }
    }

    private static String wontStart(Keeper keeper) {
        var name = keeper.part().name();
        var why = keeper.lastEnd().isEmpty() ? "it is not ready in time" : keeper.lastEnd();
        return name + " does not start: " + why + "\nIts last words (all of them: ./run logs " + name + "):\n"
                + Processes.lastWords(keeper.part().log(), 12);
    }

    /** Services first, because they need the servers; then the servers. Returns when all have ended. */
    void stop() {
        if (!beginStop()) {
            awaitEnd();
            return;
        }
        journal.say("Stopping.");
        stopAll(options.services());
        stopAll(options.servers().stream()
                .filter(server -> !server.equals("postgres"))
                .toList());
        stopAll(List.of("postgres"));
        journal.say("Stopped; the data stay in " + home.data() + ".");
        end();
        journal.wake();
    }

    private synchronized boolean beginStop() {
        var first = phase == Phase.STARTING || phase == Phase.READY;
        if (first) {
            phase = Phase.STOPPING;
        }
        return first;
    }

    private void stopAll(List<String> names) {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            names.forEach(name -> threads.execute(() -> keeper(name).close()));
        }
    }

    private synchronized void end() {
        phase = Phase.ENDED;
        notifyAll();
    }

    private synchronized void awaitEnd() {
        while (phase != Phase.ENDED) {
            try {
                wait();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private synchronized boolean isStarting() {
        return phase == Phase.STARTING;
    }

    /** Whether everything has once been ready. */
    synchronized boolean hasStarted() {
        return started;
    }

    synchronized boolean hasEnded() {
        return phase == Phase.ENDED;
    }

    Journal journal() {
        return journal;
    }

    Collection<Keeper> keepers() {
        return keepers.values();
    }

    Keeper keeper(String name) {
        var keeper = keepers.get(name);
        if (keeper == null) {
            throw new Failure("there is no part " + name + "; there are " + String.join(", ", keepers.keySet()));
        }
        return keeper;
    }
}
