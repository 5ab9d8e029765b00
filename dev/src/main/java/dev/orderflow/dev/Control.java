package dev.orderflow.dev;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The line to the supervisor: a loopback port, and a secret that only this user can read. A command is one line; the
 * answer is lines to show, each after {@code >}, and at last {@code =} with an exit code.
 */
record Control(long pid, int port, String secret) {

    /** The connection ended without an answer: the supervisor was killed. */
    static final int LOST = -1;

    /** Of the supervisor that runs in this home, if one does and answers. */
    static Optional<Control> of(Home home) {
        return read(home)
                .filter(control -> ProcessHandle.of(control.pid).isPresent() && control.send("ping", line -> {}) == 0);
    }

    /** Whether its supervisor lives, even when it does not answer: a busy machine may keep it from that for long. */
    static boolean isAlive(Home home) {
        return read(home)
                .flatMap(control -> ProcessHandle.of(control.pid))
                .filter(process -> Leftovers.supervises(process, home))
                .isPresent();
    }

    private static Optional<Control> read(Home home) {
        try {
            var words = List.of(Files.readString(home.control()).strip().split(" ", -1));
            return Optional.of(new Control(Long.parseLong(words.get(0)), Integer.parseInt(words.get(1)), words.get(2)));
        } catch (IOException | RuntimeException none) {
            return Optional.empty();
        }
    }

    /** Returns the exit code when the answer is complete, however long that takes. */
    int send(String command, Consumer<String> show) {
        try (var socket = new Socket(Ports.loopback(), port);
                var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            if (command.equals("ping")) {
                socket.setSoTimeout(5_000);
            }
            socket.getOutputStream().write((secret + " " + command + "\n").getBytes(StandardCharsets.UTF_8));
            for (var line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith("=")) {
                    return Integer.parseInt(line.substring(1));
                }
                show.accept(line.substring(1));
            }
        } catch (IOException lost) {
            return LOST;
        }
        return LOST;
    }
}
