package dev.orderflow.dev;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Gives a test a real PostgreSQL and a real Kafka. A pair of servers is a process of its own that ends with the Maven
 * build; one JVM of tests has it at a time, and the next one takes it over, so a build has as many pairs as JVMs at once.
 * Each start of the resource brings an empty database and empty topics. In an IDE the servers live as long as the
 * test's JVM.
 *
 * <p>The argument {@code topics} names further topics, separated by commas, to create beside the system's own. With
 * {@code kafka=away} the service is told an address where Kafka is not.
 */
public final class TestServers implements QuarkusTestResourceLifecycleManager {

    /** How often a database is tried to be dropped, ten times a second. */
    private static final int DROPS = 100;

    private static final String USER = "user"; // the process that has the pair

    private String topics = "";
    private boolean kafkaAway;
    private @Nullable TestDatabase database;

    @Override
    public void init(Map<String, String> arguments) {
        topics = arguments.getOrDefault("topics", "");
        kafkaAway = "away".equals(arguments.get("kafka"));
    }

    @Override
    public Map<String, String> start() {
        try (var admin = Topics.admin(kafka())) {
            Topics.recreate(admin);
        }
        Stream.of(topics.split(",", -1)).filter(name -> !name.isBlank()).forEach(name -> createTopic(name.strip()));
        database = newDatabase();
        var properties = new HashMap<>(database.properties());
        properties.put("kafka.bootstrap.servers", kafkaAway ? "localhost:" + Ports.free() : kafka());
        return properties;
    }

    @Override
    public void stop() {
        if (database != null) {
            drop(database);
        }
    }

    /** Another empty database, for tests of two services or two schemas; {@link #drop} it afterwards. */
    public static TestDatabase newDatabase() {
        var port = postgresPort();
        var name = "test_" + UUID.randomUUID().toString().replace("-", "");
        new TestDatabase(port, "order").execute("CREATE DATABASE " + name);
        return new TestDatabase(port, name);
    }

    static int postgresPort() {
        return running().postgresPort();
    }

    /** Ends all sessions of the database and removes it. */
    public static void drop(TestDatabase database) {
        var server = new TestDatabase(database.port(), "order");
        for (var attempt = 1; ; attempt++) {
            try {
                server.execute("DROP DATABASE IF EXISTS " + database.name() + " WITH (FORCE)");
                return;
            } catch (IllegalStateException e) {
                if (attempt == DROPS || !isForbidden(e)) {
                    throw e;
                }
                Processes.pause(Duration.ofMillis(100));
            }
        }
    }

    /** Autovacuum is at work there, for moments, and is not this role's to end. */
    private static boolean isForbidden(IllegalStateException refused) {
        return refused.getCause() instanceof SQLException cause && "42501".equals(cause.getSQLState());
    }

    /** The bootstrap servers for raw clients. */
    public static String kafka() {
        return "localhost:" + running().kafkaPort();
    }

    /** Creates a topic with as many partitions as every topic of events has, unless it is there. */
    public static void createTopic(String name) {
        try (var admin = Topics.admin(kafka())) {
            Topics.create(admin, List.of(Topics.events(name)));
        }
    }

    private record Servers(long pid, int postgresPort, int kafkaPort) {}

    /**
     * This JVM's servers, started if the build has none to spare. Nothing is kept in memory: the resource and the test
     * that asks may live in different class loaders.
     */
    private static synchronized Servers running() {
        var all = Project.here().testServers();
        try {
            Files.createDirectories(all);
            try (var channel =
                            FileChannel.open(all.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    var lock = channel.lock()) {
                var owner = owner();
                var folder = mine(all, owner);
                Files.createDirectories(folder);
                Folders.write(
                        folder.resolve(USER),
                        Long.toString(ProcessHandle.current().pid()));
                if (!lock.isValid() || !isUp(folder)) {
                    launch(folder, owner);
                }
                return read(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The pair that this JVM has, or else the first that no other one has. */
    private static Path mine(Path all, long owner) throws IOException {
        var free = Optional.<Path>empty();
        for (var number = 0; ; number++) {
            var folder = all.resolve(owner + "-" + number);
            var user = folder.resolve(USER);
            if (!Files.exists(user)) {
                return free.orElse(folder);
            }
            var pid = Long.parseLong(Files.readString(user));
            if (pid == ProcessHandle.current().pid()) {
                return folder;
            }
            if (free.isEmpty() && ProcessHandle.of(pid).map(Processes::isGone).orElse(true)) {
                free = Optional.of(folder);
            }
        }
    }

    private static boolean isUp(Path folder) throws IOException {
        return Files.exists(folder.resolve("servers"))
                && !ProcessHandle.of(read(folder).pid()).map(Processes::isGone).orElse(true);
    }

    private static Servers read(Path folder) throws IOException {
        var words = Files.readString(folder.resolve("servers")).strip().split(" ", -1);
        return new Servers(Long.parseLong(words[0]), Integer.parseInt(words[1]), Integer.parseInt(words[2]));
    }

    private static void launch(Path folder, long owner) throws IOException {
        Files.deleteIfExists(folder.resolve("servers"));
        var project = Project.here();
        if (!Files.exists(project.devLibraries())) {
            Processes.run(
                    List.of(project.root().resolve("mvnw").toString(), "-q", "-Dquick", "package", "-pl", "dev"), "");
        }
        var log = project.root().resolve("target/test-servers.log"); // survives the folder
        var command = Jvm.command(
                project,
                List.of(
                        "-Xmx192m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Dorderflow.root=" + project.root()),
                BuildServers.class,
                folder.toString(),
                Long.toString(owner));
        var process = Processes.start(command, log);
        Processes.await(process, () -> Files.exists(folder.resolve("servers")), Duration.ofSeconds(90), log);
    }

    /** The Maven process above this one; without Maven, this one. */
    private static long owner() {
        for (var process = ProcessHandle.current().parent();
                process.isPresent();
                process = process.get().parent()) {
            if (process.get().info().commandLine().orElse("").contains("org.codehaus.plexus.classworlds.launcher")) {
                return process.get().pid();
            }
        }
        return ProcessHandle.current().pid();
    }
}
