package dev.orderflow.contracts;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The protos as descriptors: of ours only, what they import is left out. */
final class Protos {

    private Protos() {}

    /** Compiles the protos below {@code folder}, comments included. */
    static FileDescriptorSet compile(Path folder) throws IOException, InterruptedException {
        Path scratch = Files.createTempDirectory("orderflow-protoc");
        Path imports = Files.createDirectories(scratch.resolve("google/protobuf"));
        Path out = scratch.resolve("descriptors.binpb");
        try {
            try (InputStream in = FileDescriptorSet.class.getResourceAsStream("/google/protobuf/duration.proto")) {
                Files.copy(requireNonNull(in), imports.resolve("duration.proto"));
            }
            protoc(folder, scratch, out);
            return FileDescriptorSet.parseFrom(Files.readAllBytes(out));
        } finally {
            try (Stream<Path> made = Files.walk(scratch)) {
                made.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
            }
        }
    }

    private static void protoc(Path folder, Path imports, Path out) throws IOException, InterruptedException {
        Path protoc = folder.resolve("target/protoc");
        if (!protoc.toFile().setExecutable(true)) {
            throw new IOException(protoc + " is missing: it comes with the build");
        }
        List<String> command = new ArrayList<>(List.of(
                protoc.toString(),
                "--proto_path=" + folder,
                "--proto_path=" + imports,
                "--include_source_info",
                "--descriptor_set_out=" + out));
        try (Stream<Path> files = Files.walk(folder.resolve("orderflow"))) {
            files.map(Path::toString)
                    .filter(file -> file.endsWith(".proto"))
                    .sorted()
                    .forEach(command::add);
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(said);
        }
    }

    /** Without comments, which a release does not promise. */
    static FileDescriptorSet withoutComments(FileDescriptorSet set) {
        return FileDescriptorSet.newBuilder()
                .addAllFile(set.getFileList().stream()
                        .map(file -> FileDescriptorProto.newBuilder(file)
                                .clearSourceCodeInfo()
                                .build())
                        .toList())
                .build();
    }
}
