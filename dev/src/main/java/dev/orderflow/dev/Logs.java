package dev.orderflow.dev;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Shows the end of the logs, and with {@code -f} whatever is added to them. */
record Logs(Home home) {

    private static final int LINES = 200;

    int show(List<String> arguments) {
        var parts = new ArrayList<>(arguments);
        var follow = parts.remove("-f");
        if (parts.size() > 1) {
            throw new Failure("logs takes one part");
        }
        var shown = parts.isEmpty() ? all() : List.of(one(parts.getFirst()));
        var positions = new HashMap<Path, Long>();
        for (var log : shown) {
            positions.put(log, size(log));
            Processes.tail(log, LINES / shown.size()).lines().forEach(line -> print(log, line, shown.size()));
        }
        while (follow) {
            Processes.pause(Duration.ofMillis(500));
            shown.forEach(log -> added(log, positions).lines().forEach(line -> print(log, line, shown.size())));
        }
        return 0;
    }

    private Path one(String part) {
        var log = home.log(part);
        if (!part.matches("[a-z]+") || !Files.exists(log)) {
            throw new Failure("there is no log of " + part + " in " + home.logs());
        }
        return log;
    }

    private List<Path> all() {
        if (!Files.isDirectory(home.logs())) {
            throw new Failure("nothing has run yet");
        }
        try (var files = Files.list(home.logs())) {
            return files.filter(file -> file.getFileName().toString().matches("[a-z]+\\.log"))
                    .filter(file -> !file.equals(home.log("build")))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void print(Path log, String line, int logs) {
        var name = log.getFileName().toString().replace(".log", "");
        System.out.println(logs == 1 ? line : "%-13s| %s".formatted(name, line));
    }

    private static long size(Path log) {
        try {
            return Files.size(log);
        } catch (IOException e) {
            return 0;
        }
    }

    /** Whole lines only; a log that has become shorter is read from its start. */
    private static String added(Path log, Map<Path, Long> positions) {
        try (var file = new RandomAccessFile(log.toFile(), "r")) {
            var known = positions.getOrDefault(log, 0L);
            var start = known > file.length() ? 0 : known;
            file.seek(start);
            var bytes = new byte[(int) Math.min(1 << 20, file.length() - start)];
            file.readFully(bytes);
            var text = new String(bytes, StandardCharsets.ISO_8859_1);
            var end = text.lastIndexOf('\n') + 1;
            positions.put(log, start + end);
            return new String(bytes, 0, end, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }
}
