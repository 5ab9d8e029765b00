package dev.orderflow.systemtest;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orderflow.dev.Layout;
import dev.orderflow.dev.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./run} as a user calls it, with what this build has packaged, on ports and data of its own. */
class RunCommandIT {

    private static final Pattern CURL = Pattern.compile("curl -s (\\S+) .*-d '(.*)'");

    private final int offset = freeOffset();
    private final Layout layout = Layout.standard(offset);
    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    Path home;

    private record Result(int code, String said) {}

    @AfterEach
    void leavesNoProcess() throws Exception {
        run("stop");
        assertEquals(List.of(), processes());
    }

    @Test
    void startsServesRepairsAndSurvivesItsOwnEnd() throws Exception {
        var started = run("--detach");
        assertEquals(0, started.code(), started.said());
        assertEquals(3, run().code(), "one runs already");
        assertEquals(0, run("status").code());

        var orders = printedOrders(started.said());
        assertEquals(2, orders.size(), started.said());
        var confirmed = place(orders.getFirst());
        var rejected = place(orders.getLast());
        await().atMost(Duration.ofSeconds(30)).until(() -> read(confirmed).contains("CONFIRMED"));
        await().atMost(Duration.ofSeconds(30)).until(() -> read(rejected).contains("fraud_rejected"));

        // A part that is killed comes back by itself.
        var fraud = pid("fraud");
        assertEquals(0, run("kill", "fraud").code());
        await().atMost(Duration.ofSeconds(90)).until(() -> run("status").code() == 0);
        assertTrue(pid("fraud") != fraud);
        assertTrue(run("logs", "run").said().contains("fraud         ended (killed)"));

        // Nobody is left to end the parts; the next start does, and finds the data.
        ProcessHandle.of(pid("supervisor")).orElseThrow().destroyForcibly();
        await().until(() -> run("status").code() == 3);
        var again = run("--detach");
        assertEquals(0, again.code(), again.said());
        assertTrue(again.said().contains("a killed run has left"), again.said());
        assertTrue(read(confirmed).contains("CONFIRMED"));

        assertEquals(0, run("stop").code());
        assertEquals(List.of(), processes());
        assertEquals(3, run("status").code());
    }

    @Test
    void endsInOrderWithItsTerminal() throws Exception {
        var terminal = start("infra");
        await().atMost(Duration.ofSeconds(90)).until(() -> run("status").code() == 0);

        new ProcessBuilder("sh", "-c", "kill -INT " + terminal.pid()).start().waitFor();

        assertEquals(130, terminal.waitFor());
        assertEquals(List.of(), processes());
        assertTrue(Files.readString(home.resolve("terminal")).contains("Stopped; the data stay"));
    }

    @Test
    void endsWithATerminalThatIsKilled() throws Exception {
        var terminal = start("infra");
        await().atMost(Duration.ofSeconds(90)).until(() -> run("status").code() == 0);

        terminal.destroyForcibly().waitFor();

        await().atMost(Duration.ofSeconds(30)).until(() -> processes().isEmpty());
    }

    @Test
    void namesATakenPortAndStartsNothing() throws Exception {
        try (var other = new ServerSocket(layout.kafka(), 1, InetAddress.getLoopbackAddress())) {
            var result = run("--detach", "infra");

            assertEquals(1, result.code());
            assertTrue(result.said().contains("port " + other.getLocalPort() + " (kafka) taken"), result.said());
            assertEquals(List.of(), processes());
        }
    }

    private static int freeOffset() {
        return Stream.iterate(12_000, offset -> offset + 7)
                .filter(offset ->
                        Layout.standard(offset).ports().values().stream().allMatch(Ports::isFree))
                .findFirst()
                .orElseThrow();
    }

    private Process start(String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(System.getProperty("orderflow.root") + "/run"));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("terminal").toFile());
        builder.environment().put("ORDERFLOW_HOME", home.toString());
        builder.environment().put("ORDERFLOW_PORT_OFFSET", Integer.toString(offset));
        builder.environment().put("ORDERFLOW_SKIP_BUILD", "yes");
        return builder.start();
    }

    private Result run(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(System.getProperty("orderflow.root") + "/run"));
        command.addAll(List.of(arguments));
        var said = Files.createTempFile(home, "said", ".txt");
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
        builder.environment().put("ORDERFLOW_HOME", home.toString());
        builder.environment().put("ORDERFLOW_PORT_OFFSET", Integer.toString(offset));
        builder.environment().put("ORDERFLOW_SKIP_BUILD", "yes");
        var code = builder.start().waitFor();
        return new Result(code, Files.readString(said));
    }

    /** All that run in this home, except the commands themselves. */
    private List<String> processes() {
        return ProcessHandle.allProcesses()
                .map(process -> process.info().commandLine().orElse(""))
                .filter(line -> line.contains("-Dorderflow.home=" + home) || line.contains("postgres -D " + home))
                .toList();
    }

    private long pid(String part) throws Exception {
        return run("status")
                .said()
                .lines()
                .filter(line -> line.startsWith(part + " "))
                .mapToLong(line -> Long.parseLong(line.split(" +", -1)[2]))
                .findFirst()
                .orElseThrow();
    }

    /** URL and body of the commands that the start prints. */
    private static List<String> printedOrders(String said) {
        return CURL.matcher(said)
                .results()
                .map(found -> found.group(1) + " " + found.group(2))
                .toList();
    }

    private URI place(String urlAndBody) throws Exception {
        var space = urlAndBody.indexOf(' ');
        var orders = URI.create(urlAndBody.substring(0, space));
        var answer = send(HttpRequest.newBuilder(orders)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .POST(HttpRequest.BodyPublishers.ofString(urlAndBody.substring(space + 1))));
        assertEquals(201, answer.statusCode(), answer.body());
        return orders.resolve(answer.headers().firstValue("Location").orElseThrow());
    }

    private String read(URI order) throws Exception {
        return send(HttpRequest.newBuilder(order)).body();
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.timeout(Duration.ofSeconds(15)).build(), BodyHandlers.ofString());
    }
}
