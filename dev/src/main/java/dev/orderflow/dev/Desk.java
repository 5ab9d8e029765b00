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
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** Where the supervisor answers {@code ./run}: the other end of {@link Control}. */
final class Desk {

    /** A terminal's process that has not come by then has died. */
    private static final Duration ATTACH_WITHIN = Duration.ofSeconds(20);

    private final Supervisor supervisor;
    private final Options options;
    private final ServerSocket door;
    private final String secret;
    private final Phaser visitors = new Phaser(1); // the first party is this desk
    private final CountDownLatch attached = new CountDownLatch(1);

    Desk(Supervisor supervisor, Options options) throws IOException {
        this.supervisor = supervisor;
        this.options = options;
        door = new ServerSocket(0, 50, Ports.loopback());
        var bytes = new byte[16];
        new SecureRandom().nextBytes(bytes);
        secret = HexFormat.of().formatHex(bytes);
    }

    /** Answers from now on; the file tells where, and only to this user. */
    void open(Path file) throws IOException {
        var work = file.resolveSibling("control.part");
        Files.deleteIfExists(work);
        Files.createFile(work, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(work, ProcessHandle.current().pid() + " " + door.getLocalPort() + " " + secret + "\n");
        Folders.publish(work, file);
        Thread.ofPlatform().daemon().start(this::accept);
        if (options.attached()) {
            Thread.ofPlatform().daemon().start(this::missTerminal);
        }
    }

    /** Whoever listens reads the last lines; nobody can hold up the end by not reading. */
    void close(Path file) {
        try {
            visitors.arriveAndDeregister();
            visitors.awaitAdvanceInterruptibly(0, 3, TimeUnit.SECONDS);
        } catch (InterruptedException | TimeoutException slow) {
            System.err.println("somebody does not listen");
        }
        Folders.delete(file); // what tells an end in order from a kill
    }

    private void missTerminal() {
        try {
            if (!attached.await(ATTACH_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
                supervisor.stop();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void accept() {
        while (true) {
            try {
                var visitor = door.accept();
                Thread.startVirtualThread(() -> serve(visitor));
            } catch (IOException e) {
                System.err.println(e);
            }
        }
    }

    private void serve(Socket visitor) {
        visitors.register();
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
            visitors.arriveAndDeregister();
        }
    }

    private int answer(String command, BufferedReader in, PrintWriter out) {
        var words = List.of(command.split(" ", -1));
        try {
            return switch (words.getFirst()) {
                case "ping" -> 0;
                case "attach" -> attach(in, out);
                case "follow" -> tell(out, () -> supervisor.hasStarted() || supervisor.hasEnded());
                case "status" -> status(out);
                case "offset" -> show(out, Integer.toString(options.offset()));
                case "stop" -> words.size() > 1 ? stop(words.get(1), out) : stop(out);
                case "start" -> start(words.get(1), out);
                case "kill" -> kill(words.get(1), out);
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

    /** Everything that has been and will be said, until the fact holds; 0 if the system has started by then. */
    private int tell(PrintWriter out, BooleanSupplier fact) {
        var next = 0;
        while (!out.checkError()) {
            var last = fact.getAsBoolean();
            var lines =
                    last ? supervisor.journal().now(next) : supervisor.journal().from(next);
            lines.forEach(line -> show(out, line.isEmpty() ? " " : line));
            next += lines.size();
            if (last) {
                break;
            }
        }
        return supervisor.hasStarted() ? 0 : 1;
    }

    /** Until the end of the system, which comes when the terminal's process goes. */
    private int attach(BufferedReader in, PrintWriter out) {
        attached.countDown();
        Thread.startVirtualThread(() -> stopWith(in));
        return tell(out, supervisor::hasEnded);
    }

    private void stopWith(BufferedReader terminal) {
        try {
            while (terminal.readLine() != null) {
                // It has nothing to say; its silence at the end is the message.
            }
        } catch (IOException reset) {
            // It was killed.
        }
        supervisor.stop();
    }

    private int status(PrintWriter out) {
        var report = new Status(options.layout());
        supervisor.keepers().forEach(report::add);
        show(out, report.text());
        return supervisor.keepers().stream().allMatch(keeper -> keeper.state() == Keeper.State.READY) ? 0 : 1;
    }

    private int stop(PrintWriter out) {
        supervisor.stop();
        return show(out, "orderflow has stopped.");
    }

    private int stop(String name, PrintWriter out) {
        supervisor.keeper(name).stop();
        supervisor.journal().say("%-13s stopped on request; ./run start %s starts it again".formatted(name, name));
        return show(out, name + " is stopped until ./run start " + name + ".");
    }

    private int start(String name, PrintWriter out) {
        var keeper = supervisor.keeper(name);
        keeper.start();
        keeper.awaitReady(supervisor::hasEnded);
        show(out, name + " is " + Keeper.lower(keeper.state()) + ".");
        return keeper.state() == Keeper.State.READY ? 0 : 1;
    }

    private int kill(String name, PrintWriter out) {
        supervisor.keeper(name).kill();
        return show(out, name + " is killed; it is started again by itself.");
    }
}
