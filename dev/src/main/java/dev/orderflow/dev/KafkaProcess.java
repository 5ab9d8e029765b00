package dev.orderflow.dev;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A Kafka broker in a process of its own, on one loopback port, with its data in one folder. */
public final class KafkaProcess {

    private final Project project;
    private final Path folder;
    private final int port;
    private @Nullable Process process;

    public KafkaProcess(Project project, Path folder, int port) {
        this.project = project;
        this.folder = folder.toAbsolutePath();
        this.port = port;
    }

    public int port() {
        return port;
    }

    public String bootstrapServers() {
        return "localhost:" + port;
    }

    /** Returns once it serves clients and has the topics. */
    public void start() {
        var command = Jvm.command(
                project,
                List.of("-Xmx112m", "-Xss512k", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                KafkaServer.class,
                folder.toString(),
                Integer.toString(port));
        var started = Processes.start(command, log());
        process = started;
        Processes.await(started, () -> isReady(started.pid()), Duration.ofSeconds(60), log());
    }

    /** Ends it in order. */
    public void stop() {
        if (process != null) {
            process.destroy();
            Processes.awaitEnd(process.toHandle(), Duration.ofSeconds(20));
        }
    }

    /** As {@code kill -9}. */
    public void kill() {
        if (process != null) {
            process.destroyForcibly().onExit().join();
        }
    }

    public @Nullable Process process() {
        return process;
    }

    public Path log() {
        return folder.resolve("kafka.log");
    }

    private boolean isReady(long pid) {
        try {
            return Files.readString(folder.resolve("ready")).strip().equals(Long.toString(pid));
        } catch (IOException notYet) {
            return false;
        }
    }
}
