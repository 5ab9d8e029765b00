package dev.orderflow.systemtest.manifests;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** The user's own kubectl, of which nothing is asked but what it makes of files. */
final class Kubectl {

    private static final int OLDEST = 27;

    private Kubectl() {}

    /** Leaves the tests out where there is none that is new enough; with {@code orderflow.require-tools} they fail. */
    static void require() {
        var missing = missing();
        if (System.getProperty("orderflow.require-tools") == null) {
            Assumptions.assumeTrue(missing.isEmpty(), missing);
        } else {
            Assertions.assertEquals("", missing);
        }
    }

    private static String missing() {
        try {
            var version = new ObjectMapper()
                    .readTree(run("version", "--client", "--output=json"))
                    .path("clientVersion");
            var minor = Integer.parseInt(version.path("minor").asText().replaceAll("\\D", ""));
            return minor < OLDEST ? "the manifests are not checked: kubectl is older than 1." + OLDEST : "";
        } catch (IOException | UncheckedIOException e) {
            return "the manifests are not checked: there is no kubectl";
        }
    }

    /** What {@code kubectl apply -k} would send. */
    static String kustomize(Path folder) {
        return run("kustomize", folder.toString());
    }

    private static String run(String... arguments) {
        try {
            var process = new ProcessBuilder(Stream.concat(Stream.of("kubectl"), Stream.of(arguments))
                            .toList())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            process.getOutputStream().close();
            var output = new String(process.getInputStream().readAllBytes(), UTF_8);
            Assertions.assertEquals(0, process.waitFor(), () -> "kubectl " + List.of(arguments));
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
