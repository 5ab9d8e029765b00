package dev.orderflow.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartsTest {

    @TempDir
    Path folder;

    @Test
    void servicesSendTracesToWhatShowsThem() throws IOException {
        var order = command("order", "--traces");

        assertTrue(order.contains("-DOTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4325"), order::toString);
        assertTrue(order.contains("-DOTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"), order::toString);
    }

    @Test
    void withoutItTheyKeepTheirOwnSettings() throws IOException {
        assertFalse(command("order").toString().contains("OTEL"));
    }

    /** What it starts has to be ended with the others, and everything that it opens is for this machine alone. */
    @Test
    void jaegerListensOnLoopbackAlone() throws IOException {
        var home = new Home(folder, folder.resolve("home"));
        var jaeger =
                new JaegerProcess(Path.of("/usr/bin/jaeger"), home.jaeger(), folder.resolve("log"), Layout.standard(7));

        var command = String.join(" ", jaeger.prepare());

        assertTrue(Leftovers.belongs(command, home), command);
        var endpoints = Files.readString(home.jaeger())
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith("endpoint:"))
                .toList();
        assertEquals(
                List.of("endpoint: 127.0.0.1:16693", "endpoint: 127.0.0.1:0", "endpoint: 127.0.0.1:4325"), endpoints);
    }

    private List<String> command(String service, String... arguments) throws IOException {
        var home = new Home(folder, folder.resolve("home"));
        var jar = home.app().resolve(service).resolve("target/quarkus-app/quarkus-run.jar");
        Files.createDirectories(jar.getParent());
        Files.createFile(jar);
        return new Parts(home, Options.parse(List.of(arguments), "7"))
                .all().stream()
                        .filter(part -> part.name().equals(service))
                        .findFirst()
                        .orElseThrow()
                        .prepare();
    }
}
