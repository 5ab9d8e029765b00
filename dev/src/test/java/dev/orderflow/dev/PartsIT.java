package dev.orderflow.dev;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The servers as ./run and the fault tests use them: killed and started again on their ports and data. */
class PartsIT {

    private final Layout layout = Layout.random();

    @TempDir
    Path folder;

    @Test
    void whatPostgresHasCommittedSurvivesItsKill() throws Exception {
        var postgres = new PostgresServer(Project.here(), folder, layout.postgres());
        postgres.start();
        try {
            var database = new TestDatabase(layout.postgres(), "order");
            database.execute("create table kept (id int)");
            database.execute("insert into kept values (42)");

            postgres.kill();
            assertFalse(Ports.answers(layout.postgres(), Duration.ofSeconds(1)));
            postgres.start();

            try (var connection = database.connect();
                    var statement = connection.createStatement();
                    var row = statement.executeQuery("select id from kept")) {
                assertTrue(row.next());
                assertEquals(42, row.getInt(1));
            }
        } finally {
            postgres.stop();
        }
        assertEquals(0, postgres.running().exitValue());
    }

    @Test
    void aServerThatAnEarlierRunLeftBehindGivesWay() {
        var left = new PostgresServer(Project.here(), folder, layout.postgres());
        left.start();
        var next = new PostgresServer(Project.here(), folder, layout.postgres());
        next.start();
        next.stop();

        assertFalse(left.isAlive());
    }

    @Test
    void whatKafkaHasAcknowledgedSurvivesItsKill() throws Exception {
        var kafka = new KafkaProcess(Project.here(), folder, layout.kafka());
        kafka.start();
        try {
            try (var producer = new KafkaProducer<>(
                    Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers()),
                    new StringSerializer(),
                    new StringSerializer())) {
                producer.send(new ProducerRecord<>("order.events.v1", 0, "key", "kept"))
                        .get(30, TimeUnit.SECONDS);
            }

            kafka.kill();
            kafka.start();

            try (var consumer = new KafkaConsumer<>(
                    Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers()),
                    new StringDeserializer(),
                    new StringDeserializer())) {
                var partition = new TopicPartition("order.events.v1", 0);
                consumer.assign(List.of(partition));
                consumer.seekToBeginning(List.of(partition));
                assertEquals(
                        "kept",
                        consumer.poll(Duration.ofSeconds(30)).iterator().next().value());
            }
        } finally {
            kafka.stop();
        }
    }

    @Test
    void aMailIsKeptAsAFileAndShownWithoutRunningWhatIsInIt() throws Exception {
        var mail = new MailProcess(Project.here(), folder.resolve("mails"), folder.resolve("mail.log"), layout);
        mail.start();
        try {
            send("""
                    From: orders@example.com
                    To: ann@example.com
                    Subject: Your <b>order</b>
                    Message-ID: <1@example.com>
                    Content-Type: text/html; charset=utf-8

                    <script>alert("x")</script>
                    """);

            var page = HttpClient.newHttpClient();
            var json = page.send(request("/mails.json"), BodyHandlers.ofString());
            assertTrue(json.body().contains("\"to\":\"ann@example.com\""), json.body());
            var id = json.body().replaceAll("(?s).*?\"id\":\"(\\d+)\".*", "$1");
            var shown = page.send(request("/mails/" + id), BodyHandlers.ofString());
            assertTrue(shown.body().contains("&lt;script&gt;"), shown.body());
            assertFalse(shown.body().contains("<script>"), shown.body());
            assertTrue(Files.readString(folder.resolve("mails").resolve(id + ".eml"))
                    .contains("ann@example.com"));
            assertEquals(
                    404,
                    page.send(request("/mails/..%2Fmail"), BodyHandlers.ofString())
                            .statusCode());
        } finally {
            mail.stop();
        }
    }

    private HttpRequest request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + layout.mailPage() + path))
                .build();
    }

    private void send(String message) throws Exception {
        try (var socket = new Socket(Ports.loopback(), layout.smtp());
                var in = new java.io.BufferedReader(new java.io.InputStreamReader(socket.getInputStream(), UTF_8));
                var out = socket.getOutputStream()) {
            in.readLine();
            var commands = List.of(
                    "HELO test",
                    "MAIL FROM:<orders@example.com>",
                    "RCPT TO:<ann@example.com>",
                    "DATA",
                    message.replace("\n", "\r\n") + "\r\n.",
                    "QUIT");
            for (var command : commands) {
                out.write((command + "\r\n").getBytes(UTF_8));
                out.flush();
                assertTrue(in.readLine().matches("[23].*"), command);
            }
        }
    }
}
