package dev.orderflow.dev;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * PostgreSQL and Kafka for tests of one Maven build. It lives exactly as long as its owner, the Maven process: when
 * that ends, in whatever way, it takes the servers and their data with it. It also removes what builds left behind
 * that were killed together with their servers.
 */
final class BuildServers {

    private BuildServers() {}

    /** Arguments: folder, owner's process id. The file {@code servers} in the folder appears when all is ready. */
    static void main(String[] arguments) throws Exception {
        var folder = Path.of(arguments[0]);
        var owner = ProcessHandle.of(Long.parseLong(arguments[1]));
        if (owner.isEmpty()) {
            return;
        }
        var project = Project.here();
        removeLeftovers(project.testServers());
        var postgres = new PostgresServer(project, folder.resolve("postgres"), Ports.free()).throwaway();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            postgres.kill();
            Folders.delete(folder);
        }));
        // Not on the common pool: its threads carry a class loader that Kafka cannot load with.
        var starting = new Thread(postgres::start, "postgres");
        starting.start();
        var kafkaPort = Ports.free();
        KafkaServer.start(folder.resolve("kafka"), kafkaPort, kafkaPort, Ports.free());
        starting.join();
        if (!Ports.answers(postgres.port(), Duration.ofSeconds(1))) {
            throw new Failure("PostgreSQL did not start");
        }
        Folders.write(
                folder.resolve("servers"),
                ProcessHandle.current().pid() + " " + postgres.port() + " " + kafkaPort + "\n");
        while (!Processes.isGone(owner.get())) {
            Processes.endsWithin(owner.get(), Duration.ofMillis(250));
        }
        // Kafka's orderly end would take seconds, for data that are deleted anyway; the hook does the rest.
        System.exit(0);
    }

    private static void removeLeftovers(Path all) throws java.io.IOException {
        try (var folders = Files.newDirectoryStream(all, Files::isDirectory)) {
            for (var folder : folders) {
                var owner = Long.parseLong(folder.getFileName().toString().split("-", 2)[0]);
                if (ProcessHandle.of(owner).map(Processes::isGone).orElse(true)) {
                    killPostgres(folder.resolve("postgres/data/postmaster.pid"));
                    Folders.delete(folder);
                }
            }
        }
    }

    private static void killPostgres(Path lock) throws java.io.IOException {
        if (Files.exists(lock)) {
            ProcessHandle.of(Long.parseLong(Files.readAllLines(lock).getFirst().strip()))
                    .filter(process -> process.info().command().orElse("").endsWith("/postgres"))
                    .ifPresent(Processes::kill);
        }
    }
}
