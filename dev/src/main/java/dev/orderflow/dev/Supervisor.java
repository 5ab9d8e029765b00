package dev.orderflow.dev;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs the parts of the system in the background and answers {@code ./run}'s questions. When it was started for a
 * terminal it ends with it, whichever way the terminal's process ends.
 */
final class Supervisor {

    private enum Phase {
        STARTING,
        READY,
        FAILED,
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
    private final AtomicInteger visitors = new AtomicInteger();
    private boolean hasWelcomed;
    private Phase phase = Phase.STARTING;

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
        var secret = HexFormat.of().formatHex(randomBytes());
        try (var door = new ServerSocket(0, 50, Ports.loopback())) {
            Files.deleteIfExists(home.control());
            var work = home.folder().resolve("control.part");
            Files.deleteIfExists(work);
            Files.createFile(work, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(work, ProcessHandle.current().pid() + " " + door.getLocalPort() + " " + secret + "\n");
            Folders.publish(work, home.control());
            Runtime.getRuntime().addShutdownHook(new Thread(this::stop)); // a plain kill ends all in order, too
            Thread.ofPlatform().daemon().start(() -> accept(door, secret));
            Thread.ofPlatform().daemon().start(this::boundLogs);
            Thread.ofPlatform().daemon().start(this::begin);
            awaitPhase(Phase.ENDED);
            sayFarewell();
        }
        System.exit(0);
    }

    /** Whoever listens reads the last lines; nobody can hold up the end by not reading. */
    private void sayFarewell() {
        var end = Instant.now().plusSeconds(3);
        while (visitors.get() > 0 && Instant.now().isBefore(end)) {
            Processes.pause(Duration.ofMillis(20));
        }
    }

    private static byte[] randomBytes() {
        var bytes = new byte[16];
        new SecureRandom().nextBytes(bytes);
        return bytes;
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
            startAll(Parts.SERVERS, Parts.SERVERS.size());
            startAll(options.services(), Math.max(2, Runtime.getRuntime().availableProcessors()));
        } catch (Failure failure) {
            journal.say(String.valueOf(failure.getMessage()));
            become(Phase.FAILED);
            stop();
            return; // those who wait for the start are told by its end
        }
        if (become(Phase.READY)) {
            var seconds = Duration.between(begun, Instant.now()).toSeconds();
            new Welcome(options).lines(seconds).forEach(journal::say);
            journal.wake();
            welcomed();
        }
    }

    private synchronized void welcomed() {
        hasWelcomed = true;
        notifyAll();
    }

    private synchronized boolean isDecided() {
        return hasWelcomed || phase == Phase.ENDED;
    }

    private void startAll(List<String> names, int atOnce) {
        try (var threads = Executors.newFixedThreadPool(Math.max(1, Math.min(atOnce, names.size())))) {
            var results = new ArrayList<java.util.concurrent.Future<?>>();
            for (var name : names) {
                results.add(threads.submit(() -> startFirst(keeper(name))));
            }
            for (var result : results) {
                try {
                    result.get();
                } catch (java.util.concurrent.ExecutionException e) {
                    threads.shutdownNow();
                    throw e.getCause() instanceof Failure failure ? failure : new Failure("" + e.getCause(), e);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    private void startFirst(Keeper keeper) {
        if (phase() != Phase.STARTING) {
            return;
        }
        keeper.start();
        var late = Instant.now().plus(keeper.part().patience());
        while (keeper.state() != Keeper.State.READY && phase() == Phase.STARTING) {
            if (keeper.failures() >= GIVE_UP || Instant.now().isAfter(late)) {
                throw new Failure(wontStart(keeper));
            }
            try {
                Thread.sleep(100);
            } catch (InterruptedException another) {
                return; // another part has failed
            }
        }
    }

    private static String wontStart(Keeper keeper) {
        var name = keeper.part().name();
        var why = keeper.lastEnd().isEmpty() ? "it is not ready in time" : keeper.lastEnd();
        return name + " does not start: " + why + "\nIts last words (all of them: ./run logs " + name + "):\n"
                + Processes.lastWords(keeper.part().log(), 12);
    }

    private Keeper keeper(String name) {
        var keeper = keepers.get(name);
        if (keeper == null) {
            throw new Failure("there is no part " + name + "; there are " + String.join(", ", keepers.keySet()));
        }
        return keeper;
    }

    /** Services first, because they need the servers; then the servers. Returns when all have ended. */
    private void stop() {
        synchronized (this) {
            if (phase == Phase.STOPPING || phase == Phase.ENDED) {
                awaitPhase(Phase.ENDED);
                return;
            }
            phase = Phase.STOPPING;
        }
        journal.say("Stopping.");
        stopAll(options.services());
        stopAll(List.of("mail", "kafka"));
        stopAll(List.of("postgres"));
        journal.say("Stopped; the data stay in " + home.data() + ".");
        try {
            Files.deleteIfExists(home.control());
        } catch (IOException e) {
            System.err.println(e);
        }
        become(Phase.ENDED);
        journal.wake();
    }

    private void stopAll(List<String> names) {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            names.forEach(name -> threads.execute(() -> keeper(name).stop()));
        }
    }

    private synchronized Phase phase() {
        return phase;
    }

    /** False when it is too late for that. */
    private synchronized boolean become(Phase next) {
        if (next != Phase.ENDED && phase != Phase.STARTING) {
            return false;
        }
        phase = next;
        notifyAll();
        return true;
    }

    private synchronized void awaitPhase(Phase expected) {
        while (phase != expected) {
            try {
                wait();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private void accept(ServerSocket door, String secret) {
        while (!door.isClosed()) {
            try {
                var visitor = door.accept();
                Thread.startVirtualThread(() -> serve(visitor, secret));
            } catch (IOException e) {
                System.err.println(e);
            }
        }
    }

    private void serve(Socket visitor, String secret) {
        visitors.incrementAndGet();
        try (visitor;
                var in = new BufferedReader(new InputStreamReader(visitor.getInputStream(), StandardCharsets.UTF_8));
                var out = new PrintWriter(visitor.getOutputStream(), true, StandardCharsets.UTF_8)) {
            var line = in.readLine();
            if (line != null && line.startsWith(secret + " ")) {
                out.println("=" + answer(line.substring(secret.length() + 1), in, out));
            }
        } catch (IOException gone) {
            // The visitor has left.
        } finally {
            visitors.decrementAndGet();
        }
    }

    private int answer(String command, BufferedReader in, PrintWriter out) {
        var words = List.of(command.split(" ", -1));
        try {
            return switch (words.getFirst()) {
                case "ping" -> 0;
                case "attach" -> attach(in, out);
                case "follow" -> follow(out);
                case "status" -> status(out);
                case "offset" -> show(out, Integer.toString(options.offset()));
                case "stop" -> words.size() > 1 ? part(words.get(1), "stop", out) : stop(out);
                case "start", "kill" -> part(words.get(1), words.getFirst(), out);
                default -> 2;
            };
        } catch (Failure failure) {
            show(out, String.valueOf(failure.getMessage()));
            return 2;
        }
    }

    private static int show(PrintWriter out, String text) {
        text.lines().forEach(line -> out.println(">" + line));
        return 0;
    }

    private int stop(PrintWriter out) {
        stop();
        return show(out, "orderflow has stopped.");
    }

    private int part(String name, String verb, PrintWriter out) {
        var keeper = keeper(name);
        switch (verb) {
            case "stop" -> {
                keeper.stop();
                journal.say("%-13s stopped on request; ./run start %s starts it again".formatted(name, name));
                return show(out, name + " is stopped until ./run start " + name + ".");
            }
            case "start" -> {
                keeper.start();
                var late = Instant.now().plus(keeper.part().patience());
                while (keeper.state() != Keeper.State.READY && Instant.now().isBefore(late)) {
                    Processes.pause(Duration.ofMillis(100));
                }
                show(out, name + " is " + Keeper.lower(keeper.state()) + ".");
                return keeper.state() == Keeper.State.READY ? 0 : 1;
            }
            default -> {
                keeper.kill();
                return show(out, name + " is killed; it is started again by itself.");
            }
        }
    }

    /** Until it is decided whether all has started. */
    private int follow(PrintWriter out) {
        var next = 0;
        while (true) {
            var decided = isDecided();
            var lines = decided ? journal.now(next) : journal.from(next);
            lines.forEach(line -> show(out, line.isEmpty() ? " " : line));
            next += lines.size();
            if (decided && (lines.isEmpty() || out.checkError())) {
                return hasStarted() ? 0 : 1;
            }
        }
    }

    private synchronized boolean hasStarted() {
        return hasWelcomed;
    }

    /** Until the end of the system, which comes when the terminal's process goes. */
    private int attach(BufferedReader in, PrintWriter out) {
        Thread.startVirtualThread(() -> stopWith(in));
        var next = 0;
        while (true) {
            var ended = phase() == Phase.ENDED;
            var lines = ended ? journal.now(next) : journal.from(next);
            lines.forEach(line -> show(out, line.isEmpty() ? " " : line));
            next += lines.size();
            if (ended && lines.isEmpty()) {
                return hasStarted() ? 0 : 1;
            }
        }
    }

    private void stopWith(BufferedReader terminal) {
        try {
            while (terminal.readLine() != null) {
                // It has nothing to say; its silence at the end is the message.
            }
        } catch (IOException reset) {
            // It was killed.
        }
        stop();
    }

    private int status(PrintWriter out) {
        var report = new Status(options.layout());
        keepers.values().forEach(report::add);
        show(out, report.text());
        return keepers.values().stream().allMatch(keeper -> keeper.state() == Keeper.State.READY) ? 0 : 1;
    }
}
