package dev.orderflow.dev;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The table that {@code ./run status} shows. */
final class Status {

    private final Layout layout;
    private final List<String> lines = new ArrayList<>();
    private long memory;

    Status(Layout layout) {
        this.layout = layout;
        lines.add(line("part", "state", "pid", "memory", "ports"));
    }

    void add(Keeper keeper) {
        var part = keeper.part();
        if (part.isAlive()) {
            add(part.name(), Keeper.lower(keeper.state()), part.running().toHandle());
        } else {
            lines.add(line(part.name(), Keeper.lower(keeper.state()), "-", "-", ports(part.name())));
        }
    }

    private void add(String name, String state, ProcessHandle process) {
        var taken = Memory.of(process);
        memory += taken;
        lines.add(line(name, state, Long.toString(process.pid()), megabytes(taken), ports(name)));
    }

    String text() {
        var own = ProcessHandle.current();
        // Its children are the parts.
        var taken = Memory.alone(own);
        var all = new ArrayList<>(lines);
        all.add(line("supervisor", "ready", Long.toString(own.pid()), megabytes(taken), ""));
        all.add(line("total", "", "", megabytes(memory + taken), Memory.isProportional() ? "(PSS)" : "(RSS)"));
        return all.stream().map(String::stripTrailing).collect(Collectors.joining("\n"));
    }

    private String ports(String part) {
        return layout.ports().entrySet().stream()
                .filter(port -> port.getKey().equals(part) || port.getKey().startsWith(part + "."))
                .sorted(Map.Entry.comparingByValue())
                .map(port ->
                        port.getValue() + port.getKey().substring(part.length()).replace('.', ' '))
                .collect(Collectors.joining(", "));
    }

    private static String megabytes(long kibibytes) {
        return (kibibytes + 512) / 1024 + " MB";
    }

    private static String line(String... cells) {
        return "%-13s %-9s %8s %9s   %s".formatted((Object[]) cells);
    }
}
