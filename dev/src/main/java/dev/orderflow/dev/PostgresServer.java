package dev.orderflow.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * A PostgreSQL server of its own process, on one loopback port, with its data in one folder. It flushes what it commits,
 * so that nothing is lost when it, or the machine, is killed. A new folder gets the role {@code orderflow} (password
 * {@code orderflow}) and one database per service.
 */
public final class PostgresServer extends Part {

    /** The services, each of which owns the database of its name. */
    public static final List<String> DATABASES = List.of("order", "inventory", "notification", "fraud", "analytics");

    public static final String USER = "orderflow";
    public static final String PASSWORD = "orderflow";

    private final Project project;
    private final Path folder;
    private final int port;
    private boolean lasting = true;
    private String walLevel = "replica";

    public PostgresServer(Project project, Path folder, int port) {
        this(project, folder, port, folder.resolve("postgres.log"));
    }

    public PostgresServer(Project project, Path folder, int port, Path log) {
        super("postgres", log);
        this.project = project;
        this.folder = folder.toAbsolutePath();
        this.port = port;
    }

    /** For data that nobody needs tomorrow: a new cluster is not flushed to the disk, what is committed in it still is. */
    public PostgresServer throwaway() {
        lasting = false;
        return this;
    }

    /** Its log tells of each row, to whoever has a replication slot. */
    public PostgresServer logical() {
        walLevel = "logical";
        return this;
    }

    public int port() {
        return port;
    }

    /** Creates the data if there are none, and clears away what a killed server left. */
    @Override
    List<String> prepare() {
        var user = PostgresUser.current();
        var bin = PostgresBinaries.unpacked(project, user.cache()).resolve("bin");
        if (!Files.exists(data())) {
            create(user, bin);
        }
        removeStaleLock();
        return user.command(command(bin));
    }

    /** Sessions are ended, everything is flushed; the default signal would wait for the clients to leave. */
    @Override
    String farewell() {
        return "INT";
    }

    public String jdbcUrl(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    private Path data() {
        return folder.resolve("data");
    }

    private String[] command(Path bin) {
        return command(
                bin,
                "port=" + port,
                "listen_addresses=127.0.0.1",
                "unix_socket_directories=", // whoever may enter the folder of a socket could connect
                "max_connections=200",
                "shared_buffers=64MB",
                "wal_level=" + walLevel,
                "timezone=UTC",
                "log_timezone=UTC",
                "log_checkpoints=off",
                "log_line_prefix=%m [%d] ");
    }

    private String[] command(Path bin, String... settings) {
        var command = new ArrayList<>(List.of(bin.resolve("postgres").toString(), "-D", data().toString()));
        for (var setting : settings) {
            command.add("-c");
            command.add(setting);
        }
        return command.toArray(String[]::new);
    }

    /** Made under another name first, so that a half-made cluster is never started. */
    private void create(PostgresUser user, Path bin) {
        var work = folder.resolve("data.part");
        try {
            Folders.delete(work);
            Files.createDirectories(folder);
            Files.createDirectory(
                    work, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            var secret = Files.writeString(folder.resolve("superuser.part"), UUID.randomUUID() + "\n");
            Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
            user.own(work);
            user.own(secret);
            Processes.run(
                    user.command(
                            bin.resolve("initdb").toString(),
                            "--pgdata=" + work,
                            "--username=postgres",
                            "--pwfile=" + secret,
                            "--auth=scram-sha-256",
                            "--encoding=UTF8",
                            // The same order of strings on every system.
                            "--locale-provider=builtin",
                            "--locale=C.UTF-8",
                            "--lc-messages=C",
                            lasting ? "--data-checksums" : "--no-sync"),
                    "");
            Processes.run(
                    user.command(
                            bin.resolve("postgres").toString(),
                            "--single",
                            "-D",
                            work.toString(),
                            "-c",
                            "log_min_messages=error",
                            "postgres"),
                    setUp());
            Folders.publish(secret, folder.resolve("superuser"));
            Folders.publish(work, data());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One statement per line: that is how the server reads them without clients. */
    private static String setUp() {
        var role = List.of(
                "CREATE ROLE " + USER + " LOGIN CREATEDB PASSWORD '" + PASSWORD + "';",
                // A service that hangs must not hold locks for ever.
                "ALTER ROLE " + USER + " SET idle_in_transaction_session_timeout = '5s';",
                "ALTER ROLE " + USER + " SET transaction_timeout = '30s';",
                "ALTER ROLE " + USER + " SET lock_timeout = '5s';");
        var databases = DATABASES.stream()
                .map(name -> "CREATE DATABASE \"" + name + "\" OWNER " + USER + ";")
                .toList();
        return java.util.stream.Stream.of(role, databases)
                .flatMap(List::stream)
                .collect(Collectors.joining("\n", "", "\n"));
    }

    /** The server writes its state into its lock file, which is how pg_ctl learns of it, too. */
    @Override
    boolean isReady(long pid) {
        var lines = lockFile();
        return lines.size() > 7
                && lines.getFirst().strip().equals(Long.toString(pid))
                && lines.get(7).strip().equals("ready");
    }

    private List<String> lockFile() {
        try {
            return Files.readAllLines(data().resolve("postmaster.pid"));
        } catch (IOException absent) {
            return List.of();
        }
    }

    /**
     * After a kill the lock file names a process that is gone. Another process may have its number by now, and the
     * server would take that for itself. If it really is a server on these data, it is a leftover and ends.
     */
    private void removeStaleLock() {
        var lines = lockFile();
        if (lines.isEmpty()) {
            return;
        }
        var holder = lines.getFirst().strip().chars().allMatch(Character::isDigit)
                ? ProcessHandle.of(Long.parseLong(lines.getFirst().strip()))
                : java.util.Optional.<ProcessHandle>empty();
        holder.filter(this::servesTheseData).ifPresent(Processes::kill);
        try {
            Files.deleteIfExists(data().resolve("postmaster.pid"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean servesTheseData(ProcessHandle holder) {
        var arguments = List.of(holder.info().arguments().orElse(new String[0]));
        return holder.info().command().orElse("").endsWith("/postgres") && arguments.contains(data().toString());
    }
}
