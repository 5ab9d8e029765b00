package dev.orderflow.contracts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The contracts of one moment.
 *
 * @param protos our files, without what they import
 * @param schemas by file name
 * @param asyncApi the AsyncAPI document
 */
record Contracts(FileDescriptorSet protos, Map<String, JsonNode> schemas, JsonNode asyncApi) {

    private static final String PROTOS = "protos.binpb";

    /** Those of the working copy in {@code folder}. */
    static Contracts current(Path folder) throws IOException, InterruptedException {
        return read(folder, Protos.compile(folder));
    }

    /** Those that were released last. */
    static Contracts released(Path folder) throws IOException {
        Path released = folder.resolve("released");
        return read(released, FileDescriptorSet.parseFrom(Files.readAllBytes(released.resolve(PROTOS))));
    }

    /** Makes the contracts in {@code folder} the released ones. */
    static void release(Path folder) throws IOException, InterruptedException {
        Path released = Files.createDirectories(folder.resolve("released"));
        Files.createDirectories(released.resolve("schemas"));
        Files.write(
                released.resolve(PROTOS),
                Protos.withoutComments(Protos.compile(folder)).toByteArray());
        copy(folder.resolve("asyncapi.yaml"), released);
        try (Stream<Path> schemas = Files.list(folder.resolve("schemas"))) {
            for (Path schema : schemas.toList()) {
                copy(schema, released.resolve("schemas"));
            }
        }
    }

    private static void copy(Path file, Path folder) throws IOException {
        Files.write(folder.resolve(file.getFileName()), Files.readAllBytes(file));
    }

    private static Contracts read(Path folder, FileDescriptorSet protos) throws IOException {
        ObjectMapper json = new ObjectMapper();
        Map<String, JsonNode> schemas = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder.resolve("schemas"))) {
            for (Path file : files.toList()) {
                schemas.put(file.getFileName().toString(), json.readTree(file.toFile()));
            }
        }
        JsonNode asyncApi = new ObjectMapper(new YAMLFactory())
                .readTree(folder.resolve("asyncapi.yaml").toFile());
        return new Contracts(protos, schemas, asyncApi);
    }
}
