package dev.orderflow.dev;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Zipkin and its bridge from OTLP in one JVM, on loopback addresses, with as many spans as fit into its memory. */
final class ZipkinProcess extends Part {

    private final Project project;
    private final Path zipkin;
    private final Layout layout;

    ZipkinProcess(Project project, Path zipkin, Path log, Layout layout) {
        super("traces", log);
        this.project = project;
        this.zipkin = zipkin;
        this.layout = layout;
    }

    @Override
    List<String> prepare() {
        return Jvm.command(
                classPath(),
                List.of(
                        "-Xmx192m",
                        "-Xss512k",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+ExitOnOutOfMemoryError",
                        // What Netty does; the JDK would warn of it.
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Darmeria.ports[0].address=127.0.0.1",
                        "-Darmeria.ports[0].port=" + layout.tracePage(),
                        "-Darmeria.ports[0].protocols[0]=http",
                        // It would wait for questions that might still come.
                        "-Darmeria.graceful-shutdown-quiet-period-millis=-1",
                        // Otherwise every web page may read the traces.
                        "-Dzipkin.query.allowed-origins=http://localhost:" + layout.tracePage(),
                        "-Dzipkin.storage.type=mem",
                        "-Dzipkin.storage.mem.max-spans=40000"),
                OtlpBridge.class,
                Integer.toString(layout.tracePage()),
                Integer.toString(layout.otlp()));
    }

    /** Not all libraries: what Zipkin brings itself would be taken from here first, in another version. */
    private String classPath() {
        var places = new ArrayList<>(List.of(project.devClasses().toString(), zipkin.toString()));
        try (var jars = Files.newDirectoryStream(project.devLibraries(), "{opentelemetry-proto,protobuf-java}-*.jar")) {
            jars.forEach(jar -> places.add(jar.toString()));
        } catch (IOException e) {
            throw new Failure("no libraries in " + project.devLibraries() + ": run ./mvnw -Dquick package -pl dev", e);
        }
        return String.join(File.pathSeparator, places);
    }

    @Override
    boolean isReady(long pid) {
        return Ports.answers(layout.tracePage(), Duration.ofSeconds(1))
                && Ports.answers(layout.otlp(), Duration.ofSeconds(1));
    }
}
