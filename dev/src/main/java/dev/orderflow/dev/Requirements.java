package dev.orderflow.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/** What must hold before anything is started; each that does not is told in one line. */
final class Requirements {

    private static final long MIB = 1 << 20;

    /** The whole system takes less than 1.8 GB; the servers alone less than half a GB. */
    private static final long SYSTEM_MEMORY = 1_800 * MIB;

    private static final long SERVERS_MEMORY = 500 * MIB;

    private static final long TRACES_MEMORY = 350 * MIB;

    /** Fresh data of PostgreSQL and Kafka with some room. */
    private static final long DATA = 500 * MIB;

    /** What was built, where the jars cannot be shared with the sources' disk. */
    private static final long APP = 550 * MIB;

    /** What the first build fetches and makes. */
    private static final long BUILD = 1_500 * MIB;

    private Requirements() {}

    static void check(Home home, Options options) {
        var parts = new ArrayList<>(options.servers());
        parts.addAll(options.services());
        ports(options.layout().ports(), parts);
        var memory = options.serversOnly() ? SERVERS_MEMORY : SYSTEM_MEMORY;
        memory(options.traces() ? memory + TRACES_MEMORY : memory, freeMemory());
        disks(home, Requirements::freeDisk);
    }

    /** The sources, which are built where they lie, and the home may be on two disks. */
    static void disks(Home home, ToLongFunction<Path> free) {
        var built = Files.exists(home.app());
        disk(home.folder(), built ? DATA : DATA + APP, free);
        if (!built) {
            disk(home.root(), BUILD, free);
        }
    }

    static void ports(Map<String, Integer> ports, List<String> parts) {
        var taken = ports.entrySet().stream()
                .filter(port -> parts.contains(port.getKey().replaceAll("\\..*", "")))
                .filter(port -> !Ports.isFree(port.getValue()))
                .sorted(Comparator.comparing(Map.Entry::getValue))
                .map(port -> port.getValue() + " (" + port.getKey().replace('.', ' ') + ")")
                .toList();
        if (!taken.isEmpty()) {
            throw new Failure((taken.size() == 1 ? "port " : "ports ") + String.join(", ", taken)
                    + " taken by another program: end it, or move all ports, for example by 1000, with"
                    + " ORDERFLOW_PORT_OFFSET=1000 ./run");
        }
    }

    static void memory(long needed, long free) {
        if (free < needed) {
            throw new Failure(
                    "too little memory: %d MB are needed and %d MB are free".formatted(needed / MIB, free / MIB));
        }
    }

    private static void disk(Path folder, long needed, ToLongFunction<Path> disk) {
        var free = disk.applyAsLong(folder);
        if (free < needed) {
            throw new Failure("too little disk for %s: %d MB are needed and %d MB are free"
                    .formatted(folder, needed / MIB, free / MIB));
        }
    }

    /** Linux counts what it could free at once; elsewhere only the whole is known, and a part of it is in use. */
    private static long freeMemory() {
        var bean = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        var linux = Path.of("/proc/meminfo");
        if (!Files.exists(linux)) {
            return bean.getTotalMemorySize();
        }
        try (var lines = Files.lines(linux)) {
            var available = lines.filter(line -> line.startsWith("MemAvailable:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElse(Long.MAX_VALUE);
            // A container may have less than the machine.
            return Math.min(available, bean.getTotalMemorySize());
        } catch (IOException e) {
            return bean.getTotalMemorySize();
        }
    }

    private static long freeDisk(Path folder) {
        try {
            return Files.getFileStore(folder).getUsableSpace();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
