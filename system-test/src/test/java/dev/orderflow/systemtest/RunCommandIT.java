package dev.orderflow.systemtest;

import static dev.orderflow.dev.TestPatience.await;
import static dev.orderflow.systemtest.Orderflow.PATIENCE;
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
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * {@code ./run} as a user calls it, with what this build has packaged, on ports and data of its own; so it goes
 * beside the other tests.
 */
@Execution(ExecutionMode.CONCURRENT)
class RunCommandIT {

    private static final Pattern CURL = Pattern.compile("curl -s (\\S+) .*Key: (.+)\" -d '(.*)'");

    /** What became of the demo's orders; "no answer" and the like are none of it. */
    private static final Pattern ORDERS =
            Pattern.compile("(\\d+) (?:confirmed|cancelled|rejected as fraud|out of stock)");

    /** A command that the start prints; the key as in one second, in which both may have been pasted. */
    private record Curl(URI url, String key, String body) {

        Curl(MatchResult printed) {
            this(URI.create(printed.group(1)), printed.group(2).replace("$(date +%s)", "1767225600"), printed.group(3));
        }
    }

    /** The services as executables or, as without an argument, on JVMs. */
    private static final String[] FORM =
            Boolean.getBoolean("orderflow.native") ? new String[] {"--native"} : new String[0];

    /** One for each test; no port is another one's of the next three. */
    private static final AtomicInteger NEXT_OFFSET = new AtomicInteger(12_000);

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
        var started = run(detached());
        assertEquals(0, started.code(), started.said());
        assertEquals(3, run().code(), "one runs already");
        assertEquals(0, run("status").code());

        var orders = printedOrders(started.said());
        assertEquals(2, orders.size(), started.said());
        var confirmed = place(orders.getFirst());
        var rejected = place(orders.getLast());
        await().atMost(PATIENCE).until(() -> read(confirmed).contains("CONFIRMED"));
        await().atMost(PATIENCE).until(() -> read(rejected).contains("fraud_rejected"));

        assertTrue(run("logs", "order").said().contains("INFO"));
        var demo = run("demo", "--rate", "10", "--orders", "10");
        assertEquals(0, demo.code(), demo.said());
        assertEquals(
                10,
                ORDERS.matcher(last(demo.said()))
                        .results()
                        .mapToInt(RunCommandIT::number)
                        .sum(),
                demo.said());

        // A part that is stopped stays down.
        assertEquals(0, run("stop", "mail").code());
        assertEquals(1, run("status").code());
        assertEquals(0, run("start", "mail").code());
        assertEquals(0, run("status").code());

        // A part that is killed comes back by itself.
        var fraud = pid("fraud");
        assertEquals(0, run("kill", "fraud").code());
        awaitSuccessor("fraud", fraud);
        assertTrue(run("logs", "run").said().contains("fraud         ended (killed)"));

        // Nobody is left to end the parts; the next start does, and finds the data.
        ProcessHandle.of(pid("supervisor")).orElseThrow().destroyForcibly();
        awaitIt().until(() -> run("status").code() == 3);
        var terminal = start(FORM);
        awaitAllReady();
        assertTrue(terminalSaid().contains("a killed run has left"));
        assertTrue(read(confirmed).contains("CONFIRMED"));

        interrupt(terminal);
        assertEquals(130, terminal.waitFor());
        assertEquals(List.of(), processes());
        assertEquals(3, run("status").code());
    }

    @Test
    void startsWithEmptyDataAndEndsInOrderWhenItIsTold() throws Exception {
        // With these nothing would start.
        Files.createDirectories(home.resolve("data/postgres/data"));
        Files.createDirectories(home.resolve("data/kafka"));
        Files.writeString(home.resolve("data/kafka/data"), "not a folder");
        installJaeger();
        var terminal = start("infra", "--fresh", "--traces");
        awaitAllReady();
        var traces = pid("traces");
        assertEquals(0, run("kill", "traces").code());
        awaitSuccessor("traces", traces);

        assertEquals(0, run("stop").code());

        assertEquals(0, terminal.waitFor());
        assertEquals(List.of(), processes());
        var said = terminalSaid();
        assertTrue(said.contains("http://localhost:" + layout.tracePage()), said);
        assertTrue(said.contains("Stopped; the data stay"), said);
    }

    @Test
    void endsWithATerminalThatIsKilled() throws Exception {
        var terminal = start("infra");
        awaitAllReady();

        terminal.destroyForcibly().waitFor();

        await().atMost(PATIENCE).until(() -> processes().isEmpty());
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
        return IntStream.generate(() -> NEXT_OFFSET.getAndAdd(200))
                .filter(offset ->
                        Layout.standard(offset).ports().values().stream().allMatch(Ports::isFree))
                .findFirst()
                .orElseThrow();
    }

    /** The whole system, in the form that was built. */
    private static String[] detached() {
        return Stream.concat(Stream.of("--detach"), Stream.of(FORM)).toArray(String[]::new);
    }

    /** Asks seldom: what asks is a process, too, and takes from the others what they start with. */
    private static ConditionFactory awaitIt() {
        return await().pollInterval(Duration.ofSeconds(2)).atMost(PATIENCE);
    }

    private void awaitAllReady() {
        awaitIt().until(() -> run("status").code() == 0);
    }

    /** All is ready, the part as another process. */
    private void awaitSuccessor(String part, long pid) {
        awaitIt().until(() -> run("status").code() == 0 && pid(part) != pid);
    }

    private Process start(String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(System.getProperty("orderflow.root") + "/run"));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("terminal").toFile());
        prepare(builder.environment());
        return builder.start();
    }

    private String terminalSaid() throws IOException {
        return Files.readString(home.resolve("terminal"));
    }

    /** What Ctrl-C does. */
    private static void interrupt(Process terminal) throws Exception {
        new ProcessBuilder("sh", "-c", "kill -INT " + terminal.pid()).start().waitFor();
    }

    private void prepare(Map<String, String> environment) {
        environment.put("ORDERFLOW_HOME", home.toString());
        environment.put("ORDERFLOW_PORT_OFFSET", Integer.toString(offset));
        environment.put("ORDERFLOW_SKIP_BUILD", "yes");
        environment.put("PATH", home.resolve("bin") + ":" + environment.get("PATH"));
        environment.remove("OTEL_EXPORTER_OTLP_ENDPOINT");
    }

    /** A program of that name that serves something on Jaeger's ports, by two programs of its own. */
    private void installJaeger() throws IOException {
        var server = System.getProperty("java.home") + "/bin/jwebserver -b 127.0.0.1 -d " + home + " -p ";
        var jaeger = Files.createDirectories(home.resolve("bin")).resolve("jaeger");
        Files.writeString(
                jaeger,
                "#!/bin/sh\n%s %d & %s %d & wait\n".formatted(server, layout.tracePage(), server, layout.otlp()));
        assertTrue(jaeger.toFile().setExecutable(true));
    }

    private Result run(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(System.getProperty("orderflow.root") + "/run"));
        command.addAll(List.of(arguments));
        var said = Files.createTempFile(home, "said", ".txt");
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
        prepare(builder.environment());
        var code = builder.start().waitFor();
        return new Result(code, Files.readString(said));
    }

    /** All that run in this home, except the commands themselves. */
    private List<String> processes() {
        return ProcessHandle.allProcesses()
                .map(process -> process.info().commandLine().orElse(""))
                .filter(line -> line.contains("-Dorderflow.home=" + home)
                        || line.contains("postgres -D " + home)
                        || line.contains("jwebserver -b 127.0.0.1 -d " + home))
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

    private static String last(String said) {
        return said.lines().reduce("", (earlier, line) -> line);
    }

    private static int number(MatchResult found) {
        return Integer.parseInt(found.group(1));
    }

    private static List<Curl> printedOrders(String said) {
        return CURL.matcher(said).results().map(Curl::new).toList();
    }

    private URI place(Curl order) throws Exception {
        var request = HttpRequest.newBuilder(order.url())
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", order.key())
                .POST(HttpRequest.BodyPublishers.ofString(order.body()));
        // "Not now" may be the answer of services that have just started, on a busy machine.
        var answer = await().atMost(PATIENCE).until(() -> send(request), it -> it.statusCode() < 503);
        assertEquals(201, answer.statusCode(), answer.body());
        return order.url().resolve(answer.headers().firstValue("Location").orElseThrow());
    }

    private String read(URI order) throws Exception {
        return send(HttpRequest.newBuilder(order)).body();
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.timeout(Duration.ofSeconds(15)).build(), BodyHandlers.ofString());
    }
}
