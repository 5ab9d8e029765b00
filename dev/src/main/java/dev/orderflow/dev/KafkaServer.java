package dev.orderflow.dev;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/** One Kafka broker that is its own controller, in this JVM; keeps its data in one folder and creates the topics. */
final class KafkaServer {

    /** Ours alone, and always the same: data survive restarts only under one cluster id. */
    private static final String CLUSTER = "b3JkZXJmbG93LWxvY2Fsbw";

    /** Logging is held weakly by the JDK; without this the level would be forgotten. */
    private static final Logger ROOT = Logger.getLogger("");

    private KafkaServer() {}

    /** Arguments: folder, port, the port that clients are told. The file {@code ready} in the folder holds the process id once clients are served. */
    static void main(String[] arguments) throws IOException {
        var folder = Path.of(arguments[0]);
        var port = Integer.parseInt(arguments[1]);
        Files.deleteIfExists(folder.resolve("ready"));
        var server = start(folder, port, Integer.parseInt(arguments[2]), Ports.free());
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown));
        try (var admin = Topics.admin("127.0.0.1:" + port)) {
            Topics.create(admin);
        }
        Folders.write(
                folder.resolve("ready"), Long.toString(ProcessHandle.current().pid()));
        server.awaitShutdown();
    }

    /** Returns once the broker is registered; it serves clients a moment later. */
    static KafkaRaftServer start(Path folder, int port, int advertisedPort, int controllerPort) {
        ROOT.setLevel(Level.WARNING);
        var properties = new HashMap<String, String>();
        properties.putAll(node(folder, port, advertisedPort, controllerPort));
        properties.putAll(log());
        properties.putAll(single());
        var config = KafkaConfig.fromProps(asProperties(properties));
        format(config, folder);
        var server = new KafkaRaftServer(config, Time.SYSTEM);
        server.startup();
        return server;
    }

    private static Map<String, String> node(Path folder, int port, int advertisedPort, int controllerPort) {
        return Map.of(
                "node.id", "1",
                "process.roles", "broker,controller",
                "listeners", "CLIENTS://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort,
                "advertised.listeners", "CLIENTS://localhost:" + advertisedPort,
                "listener.security.protocol.map", "CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT",
                "inter.broker.listener.name", "CLIENTS",
                "controller.listener.names", "CONTROLLER",
                "controller.quorum.voters", "1@127.0.0.1:" + controllerPort,
                "log.dirs", folder.resolve("data").toString());
    }

    private static Map<String, String> log() {
        return Map.of(
                // The broker's clock decides retention, whatever a producer's clock says.
                "log.message.timestamp.type", "LogAppendTime",
                // Kafka leaves it to replicas that an acknowledged record survives a power cut. Here is none, and
                // what is acknowledged has gone from the outbox.
                "log.flush.interval.messages", "1",
                "log.retention.hours", "168",
                // Whatever a sender compresses with, every consumer can read it: executables know no snappy and zstd.
                "compression.type", "uncompressed",
                "log.roll.hours", "24",
                "auto.create.topics.enable", "false",
                "num.partitions", Integer.toString(Topics.PARTITIONS),
                // The default of 128 MB is more than the whole heap.
                "log.cleaner.dedupe.buffer.size", "4194304");
    }

    private static Map<String, String> single() {
        return Map.of(
                "offsets.topic.replication.factor", "1",
                "offsets.topic.num.partitions", "4",
                "transaction.state.log.replication.factor", "1",
                "transaction.state.log.min.isr", "1",
                "transaction.state.log.num.partitions", "4",
                "share.coordinator.state.topic.replication.factor", "1",
                "share.coordinator.state.topic.min.isr", "1",
                "group.initial.rebalance.delay.ms", "0",
                // After a kill the new process may register only when the old one's session has ended.
                "broker.session.timeout.ms", "3000",
                "broker.heartbeat.interval.ms", "500");
    }

    private static java.util.Properties asProperties(Map<String, String> map) {
        var properties = new java.util.Properties();
        properties.putAll(map);
        return properties;
    }

    /** Only a new folder is formatted. */
    private static void format(KafkaConfig config, Path folder) {
        try (var said =
                new PrintStream(PrintStream.nullOutputStream(), true, java.nio.charset.StandardCharsets.UTF_8)) {
            Files.createDirectories(folder.resolve("data"));
            var formatter = new Formatter()
                    .setPrintStream(said)
                    .setClusterId(CLUSTER)
                    .setNodeId(config.nodeId())
                    .setControllerListenerName("CONTROLLER")
                    .setMetadataLogDirectory(config.metadataLogDir())
                    .setIgnoreFormatted(true)
                    .setReleaseVersion(MetadataVersion.latestProduction());
            config.logDirs().forEach(formatter::addDirectory);
            formatter.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new Failure("cannot format " + folder + " for Kafka", e);
        }
    }
}
