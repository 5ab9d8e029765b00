package dev.orderflow.dev;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** How much memory processes take. */
final class Memory {

    private static final Path PROC = Path.of("/proc/self/smaps_rollup");

    private Memory() {}

    /** Whether shared pages are counted in shares, so that sums are right; elsewhere they count wholly each time. */
    static boolean isProportional() {
        return Files.exists(PROC);
    }

    /** In KiB, of the process and all that it has started. */
    static long of(ProcessHandle process) {
        return Stream.concat(Stream.of(process), process.descendants())
                .mapToLong(Memory::alone)
                .sum();
    }

    /** In KiB, of the process without what it has started. */
    static long alone(ProcessHandle process) {
        return isProportional() ? proportional(process.pid()) : resident(process.pid());
    }

    private static long proportional(long pid) {
        try {
            return pss(Files.readAllLines(Path.of("/proc/" + pid + "/smaps_rollup")));
        } catch (IOException ended) {
            return 0;
        }
    }

    static long pss(List<String> rollup) {
        return rollup.stream()
                .filter(line -> line.startsWith("Pss:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }

    private static long resident(long pid) {
        try {
            return Long.parseLong(Processes.run(List.of("ps", "-o", "rss=", "-p", Long.toString(pid)), "")
                    .strip());
        } catch (Failure | NumberFormatException ended) {
            return 0;
        }
    }
}
