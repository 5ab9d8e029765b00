package dev.orderflow.messaging;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * How fast events get from a commit to Kafka and through an inbox: {@code ./run bench messaging}. Next to each stage
 * stands what the same statements and records take when nothing else is done; since all share the processors, the bound
 * of a combination is 1 / Σ (1 / rate alone). Some runs, their median and their spread; the figures of all runs as JSON.
 */
final class Bench {

    private static final String USAGE =
            "./run bench messaging [--runs N] [--smoke]: N runs, 3 by default; with --smoke one, and only whether it works";

    private Bench() {}

    /** What was asked for. */
    record Options(int runs, boolean smoke, String json) {
        static Options parse(String... arguments) {
            int runs = 0;
            boolean smoke = false;
            String json = "";
            for (int i = 0; i < arguments.length; i++) {
                switch (arguments[i]) {
                    case "--runs" -> runs = Integer.parseInt(arguments[++i]);
                    case "--smoke" -> smoke = true;
                    case "--json" -> json = arguments[++i];
                    default -> throw new IllegalArgumentException(USAGE);
                }
            }
            return new Options(runs > 0 ? runs : smoke ? 1 : 3, smoke, json);
        }
    }

    static void main(String[] arguments) throws Exception {
        Options options;
        try {
            options = Options.parse(arguments);
        } catch (RuntimeException e) {
            System.err.println(USAGE);
            System.exit(2);
            return;
        }
        Map<String, List<Double>> figures = run(options);
        print(figures);
        System.exit(!options.smoke() && isVoid(figures) ? 1 : 0);
    }

    /** Figures by name, one of each run. */
    static Map<String, List<Double>> run(Options options) throws Exception {
        Map<String, List<Double>> figures = new LinkedHashMap<>();
        for (int run = 1; run <= options.runs(); run++) {
            System.out.printf("Run %d of %d%n", run, options.runs());
            run(options.smoke() ? BenchGround.Size.SMOKE : BenchGround.Size.FULL, System.out::println)
                    .forEach((name, figure) -> figures.computeIfAbsent(name, n -> new ArrayList<>())
                            .add(figure));
            if (!options.json().isEmpty()) {
                write(Path.of(options.json()), figures); // after each: what comes may fail
            }
        }
        return figures;
    }

    private static Map<String, Double> run(BenchGround.Size size, Consumer<String> say) throws Exception {
        try (BenchGround ground = new BenchGround(size, say)) {
            new LatencyStage(ground).run();
            new DrainStage(ground).run();
            new ConsumeStage(ground).run();
            new TogetherStage(ground).run();
            new IdleStage(ground).run();
            new AwayStage(ground).run();
            new GrowthStage(ground).run();
            return ground.figures();
        }
    }

    /** Nothing is faster than its bound: then one of the stages was measured wrongly. */
    private static boolean isVoid(Map<String, List<Double>> figures) {
        List<String> tooFast = figures.entrySet().stream()
                .filter(figure -> figure.getKey().contains("share of the bound"))
                .filter(figure -> figure.getValue().stream().anyMatch(share -> share > 1))
                .map(Map.Entry::getKey)
                .toList();
        tooFast.forEach(name -> System.out.println("VOID, above 1: " + name.strip()));
        return !tooFast.isEmpty();
    }

    private static void print(Map<String, List<Double>> figures) {
        System.out.printf("%n  %-62s %12s %12s %12s%n", "", "median", "lowest", "highest");
        figures.forEach((name, runs) -> {
            List<Double> sorted = runs.stream().sorted().toList();
            System.out.printf(
                    "  %-62s %,12.2f %,12.2f %,12.2f%n",
                    name, sorted.get(sorted.size() / 2), sorted.getFirst(), sorted.getLast());
        });
    }

    private static void write(Path file, Map<String, List<Double>> figures) throws IOException {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("time", Instant.now().toString());
        report.put("processors", Runtime.getRuntime().availableProcessors());
        report.put("java", Runtime.version().toString());
        report.put("figures", figures);
        Files.writeString(
                file, new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(report));
        System.out.println("All figures are in " + file);
    }
}
