package dev.orderflow.contracts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The protos keep the rules; and each rule is broken once, on a copy. */
class LintTest {

    private static FileDescriptorSet protos;

    @BeforeAll
    static void compile() throws IOException, InterruptedException {
        protos = Protos.compile(Path.of("").toAbsolutePath());
    }

    @Test
    void findsNothing() {
        assertTrue(protos.getFileCount() >= 2);
        assertEquals(List.of(), Lint.findings(protos));
    }

    @ParameterizedTest
    @MethodSource
    void findsOneBreach(String rule, Consumer<FileDescriptorProto.Builder> breach) {
        FileDescriptorSet.Builder broken = protos.toBuilder();
        breach.accept(broken.getFileBuilder(0));

        assertEquals(
                List.of(rule),
                Lint.findings(broken.build()).stream()
                        .map(finding -> finding.replaceFirst(":.*", ""))
                        .distinct()
                        .toList());
    }

    static Stream<Arguments> findsOneBreach() {
        return Stream.of(
                breach("package-versioned", file -> file.setPackage("orderflow.order")
                        .setName("orderflow/order/x.proto")
                        .getOptionsBuilder()
                        .setJavaPackage("dev.orderflow.proto.order")),
                breach("package-is-folder", file -> file.setName("elsewhere/x.proto")),
                breach("java-package", file -> file.getOptionsBuilder().setJavaPackage("com.example")),
                breach("proto3", file -> file.setSyntax("proto2")),
                breach("service-name", file -> file.getServiceBuilder(0).setName("Orders")),
                breach("service-comment", file -> uncomment(file, 2)),
                breach("rpc-name", file -> file.getServiceBuilder(0)
                        .getMethodBuilder(0)
                        .setName("get")
                        .setInputType(".x.getRequest")
                        .setOutputType(".x.getResponse")),
                breach(
                        "rpc-request",
                        file -> file.getServiceBuilder(0).getMethodBuilder(0).setInputType(".x.Order")),
                breach(
                        "rpc-response",
                        file -> file.getServiceBuilder(0).getMethodBuilder(0).setOutputType(".x.Order")),
                breach("rpc-comment", file -> uncomment(file, 4)),
                breach("message-name", file -> file.getMessageTypeBuilder(0).setName("get_contact")),
                breach(
                        "field-name",
                        file -> file.getMessageTypeBuilder(0).getFieldBuilder(0).setName("orderId")),
                breach("no-floating-point", file -> file.getMessageTypeBuilder(0)
                        .getFieldBuilder(0)
                        .setType(FieldDescriptorProto.Type.TYPE_DOUBLE)),
                breach("enum-name", file -> file.addEnumType(enumeration("channel", "CHANNEL_UNSPECIFIED"))),
                breach(
                        "enum-value-name",
                        file -> file.addEnumType(enumeration("Channel", "CHANNEL_UNSPECIFIED", "EMAIL"))),
                breach("enum-zero-value", file -> file.addEnumType(enumeration("Channel", "CHANNEL_EMAIL"))));
    }

    private static Arguments breach(String rule, Consumer<FileDescriptorProto.Builder> breach) {
        return Arguments.of(rule, breach);
    }

    /** Takes the comments away from what has a path of this length. */
    private static void uncomment(FileDescriptorProto.Builder file, int pathLength) {
        file.getSourceCodeInfoBuilder().getLocationBuilderList().stream()
                .filter(location -> location.getPathCount() == pathLength)
                .forEach(location -> location.clearLeadingComments());
    }

    private static EnumDescriptorProto enumeration(String name, String... values) {
        EnumDescriptorProto.Builder type = EnumDescriptorProto.newBuilder().setName(name);
        for (String value : values) {
            type.addValue(EnumValueDescriptorProto.newBuilder().setName(value));
        }
        return type.build();
    }
}
