package dev.orderflow.dev;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The Jaeger of this machine, on loopback addresses and with as many traces as fit into bounded memory. */
final class JaegerProcess extends Part {

    private final Path command;
    private final Path configuration;
    private final Layout layout;

    /** The configuration is written there. */
    JaegerProcess(Path command, Path configuration, Path log, Layout layout) {
        super("traces", log);
        this.command = command;
        this.configuration = configuration;
        this.layout = layout;
    }

    @Override
    List<String> prepare() {
        Folders.write(configuration, """
                service:
                  extensions: [jaeger_storage, jaeger_query]
                  pipelines:
                    traces:
                      receivers: [otlp]
                      exporters: [jaeger_storage_exporter]
                  telemetry:
                    # Or it would serve them on one more port.
                    metrics:
                      level: none
                    logs:
                      level: warn
                extensions:
                  jaeger_storage:
                    backends:
                      memory:
                        memory:
                          max_traces: 1000
                  jaeger_query:
                    # Or whoever looks at the page would make traces, too.
                    enable_tracing: false
                    storage:
                      traces: memory
                    http:
                      endpoint: 127.0.0.1:%d
                    # Nobody calls it, but it cannot be left out: any free port.
                    grpc:
                      endpoint: 127.0.0.1:0
                receivers:
                  otlp:
                    protocols:
                      http:
                        endpoint: 127.0.0.1:%d
                exporters:
                  jaeger_storage_exporter:
                    trace_storage: memory
                """.formatted(layout.tracePage(), layout.otlp()));
        return List.of(command.toString(), "--config", configuration.toString());
    }

    /** An order's trace takes about 100 kB there; near the limit the collector of garbage works harder. */
    @Override
    Map<String, String> environment() {
        return Map.of("GOMEMLIMIT", "192MiB");
    }

    @Override
    boolean isReady(long pid) {
        return Ports.answers(layout.tracePage(), Duration.ofSeconds(1))
                && Ports.answers(layout.otlp(), Duration.ofSeconds(1));
    }
}
