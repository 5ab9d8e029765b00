package dev.orderflow.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Names a state of the sources by what is in them: other content, another name; times do not count. */
final class Fingerprint {

    private Fingerprint() {}

    static String of(Path root, List<String> modules) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            for (var file : sources(root, modules)) {
                digest.update(
                        (root.relativize(file) + "\0" + Files.size(file) + "\0").getBytes(StandardCharsets.UTF_8));
                digest.update(Files.readAllBytes(file));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<Path> sources(Path root, List<String> modules) throws IOException {
        var starts = new ArrayList<>(List.of(
                root.resolve("pom.xml"), root.resolve("mvnw"), root.resolve(".mvn"), root.resolve("src-proto")));
        for (var module : modules) {
            starts.add(root.resolve(module).resolve("pom.xml"));
            starts.add(root.resolve(module).resolve("src/main"));
        }
        var files = new ArrayList<Path>();
        for (var start : starts) {
            if (Files.exists(start)) {
                try (Stream<Path> found = Files.walk(start)) {
                    found.filter(Files::isRegularFile)
                            .filter(file -> !root.relativize(file).startsWith("src-proto/target"))
                            .filter(file -> !root.relativize(file).startsWith("src-proto/src/test"))
                            .forEach(files::add);
                }
            }
        }
        return files.stream().sorted().toList();
    }
}
