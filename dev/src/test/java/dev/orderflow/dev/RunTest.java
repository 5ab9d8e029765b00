package dev.orderflow.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A supervisor that is asked while it goes, here a process that sleeps and a door that this test answers at. */
class RunTest {

    @TempDir
    Path folder;

    private ServerSocket door = unbound();
    private Process supervisor = ended();

    @BeforeEach
    void open() throws IOException {
        door = new ServerSocket(0, 50, Ports.loopback());
        supervisor = new ProcessBuilder("sleep", "600").start();
        Files.writeString(folder.resolve("control"), supervisor.pid() + " " + door.getLocalPort() + " secret\n");
    }

    @AfterEach
    void close() throws IOException {
        door.close();
        supervisor.destroyForcibly();
    }

    @Test
    void whatCannotBeMeasuredIsRefused() {
        var run = new Run(new Home(folder, folder));

        assertThrows(Failure.class, () -> run.execute(List.of("bench")));
        assertThrows(Failure.class, () -> run.execute(List.of("bench", "everything")));
    }

    @Test
    void aStopThatMeetsAnEndInOrderIsFine() {
        Thread.ofVirtual().start(() -> end(true));

        assertEquals(0, new Run(new Home(folder, folder)).execute(List.of("stop")));
    }

    @Test
    void aSupervisorThatWasKilledIsAFailure() {
        Thread.ofVirtual().start(() -> end(false));

        assertEquals(1, new Run(new Home(folder, folder)).execute(List.of("stop")));
    }

    /** A second start must not end the first, only because the machine is too busy for an answer in time. */
    @Test
    void aSupervisorThatDoesNotAnswerIsLeftAlone() throws IOException {
        var home = new Home(folder, folder);
        supervisor.destroyForcibly();
        // Waits for a word on its input, under the command line of a supervisor.
        supervisor =
                new ProcessBuilder("sh", "-c", "read word", home.mark(), "dev.orderflow.dev.Supervisor", "/").start();
        Files.writeString(home.control(), supervisor.pid() + " " + door.getLocalPort() + " secret\n");
        door.close();

        assertEquals(3, new Run(home).execute(List.of("--detach")));
        assertEquals(1, new Run(home).execute(List.of("status")));
        assertTrue(supervisor.isAlive());

        assertEquals(0, new Run(home).execute(List.of("stop")));
        assertTrue(Processes.isGone(supervisor.toHandle()));
    }

    /** Answers the ping, then goes without an answer to the stop; only an end in order takes the file away. */
    private void end(boolean inOrder) {
        try {
            answer("=0\n");
            var visitor = door.accept();
            if (inOrder) {
                Files.delete(folder.resolve("control"));
            }
            supervisor.destroy();
            visitor.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void answer(String line) throws IOException {
        try (var visitor = door.accept();
                var in = new BufferedReader(new InputStreamReader(visitor.getInputStream(), StandardCharsets.UTF_8))) {
            in.readLine();
            visitor.getOutputStream().write(line.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static ServerSocket unbound() {
        try {
            return new ServerSocket();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Process ended() {
        return Processes.start(List.of("true"), Path.of("target/run-test.log"));
    }
}
