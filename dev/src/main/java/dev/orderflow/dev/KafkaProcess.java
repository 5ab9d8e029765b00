package dev.orderflow.dev;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A Kafka broker on one loopback port, with its data in one folder; it is ready once the topics exist. */
public final class KafkaProcess extends Part {

    private final Project project;
    private final Path folder;
    private final int port;
    private int advertisedPort;

    public KafkaProcess(Project project, Path folder, int port) {
        this(project, folder, port, folder.resolve("kafka.log"));
    }

    public KafkaProcess(Project project, Path folder, int port, Path log) {
        super("kafka", log);
        this.project = project;
        this.folder = folder.toAbsolutePath();
        this.port = port;
        advertisedPort = port;
    }

    /** Sends clients to another port, from which somebody passes on to its own. To be called before the start. */
    public KafkaProcess behind(int proxyPort) {
        advertisedPort = proxyPort;
        return this;
    }

    public int port() {
        return port;
    }

    public String bootstrapServers() {
        return "localhost:" + advertisedPort;
    }

    @Override
    List<String> prepare() {
        return Jvm.command(
                project,
                List.of("-Xmx112m", "-Xss512k", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                KafkaServer.class,
                folder.toString(),
                Integer.toString(port),
                Integer.toString(advertisedPort));
    }

    @Override
    boolean isReady(long pid) {
        try {
            return Files.readString(folder.resolve("ready")).strip().equals(Long.toString(pid));
        } catch (IOException notYet) {
            return false;
        }
    }
}
