package dev.orderflow.contracts;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.DescriptorProtos.SourceCodeInfo.Location;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The style of the protos, as rules with names. Compiled with comments. */
final class Lint {

    private static final String PASCAL_CASE = "([A-Z][a-z0-9]*)+";
    private static final String SNAKE_CASE = "[a-z][a-z0-9]*(_[a-z][a-z0-9]*)*";

    private final List<String> findings = new ArrayList<>();

    private Lint() {}

    /** What breaks a rule: {@code rule: where}; empty when nothing. */
    static List<String> findings(FileDescriptorSet set) {
        Lint lint = new Lint();
        set.getFileList().forEach(lint::file);
        return lint.findings;
    }

    private void rule(String name, boolean holds, String where) {
        if (!holds) {
            findings.add(name + ": " + where);
        }
    }

    private void file(FileDescriptorProto file) {
        String scope = file.getPackage();
        rule("package-versioned", scope.matches("orderflow\\.[a-z]+\\.v[1-9][0-9]*"), file.getName());
        rule("package-is-folder", file.getName().startsWith(scope.replace('.', '/') + "/"), file.getName());
        rule(
                "java-package",
                file.getOptions().getJavaPackage().equals("dev." + scope.replaceFirst("\\.", ".proto.")),
                scope);
        rule("proto3", file.getSyntax().equals("proto3"), file.getName());
        for (int i = 0; i < file.getServiceCount(); i++) {
            service(file, i);
        }
        file.getMessageTypeList().forEach(message -> message(scope + ".", message));
        file.getEnumTypeList().forEach(type -> enumeration(scope + ".", type));
    }

    private void service(FileDescriptorProto file, int index) {
        ServiceDescriptorProto service = file.getService(index);
        String name = file.getPackage() + "." + service.getName();
        rule("service-name", service.getName().matches(PASCAL_CASE + "Service"), name);
        rule("service-comment", hasComment(file, List.of(FileDescriptorProto.SERVICE_FIELD_NUMBER, index)), name);
        for (int i = 0; i < service.getMethodCount(); i++) {
            MethodDescriptorProto rpc = service.getMethod(i);
            String rpcName = name + "." + rpc.getName();
            rule("rpc-name", rpc.getName().matches(PASCAL_CASE), rpcName);
            rule("rpc-request", rpc.getInputType().endsWith("." + rpc.getName() + "Request"), rpcName);
            rule("rpc-response", rpc.getOutputType().endsWith("." + rpc.getName() + "Response"), rpcName);
            List<Integer> path = List.of(
                    FileDescriptorProto.SERVICE_FIELD_NUMBER, index, ServiceDescriptorProto.METHOD_FIELD_NUMBER, i);
            rule("rpc-comment", hasComment(file, path), rpcName);
        }
    }

    private static boolean hasComment(FileDescriptorProto file, List<Integer> path) {
        return file.getSourceCodeInfo().getLocationList().stream()
                .filter(location -> location.getPathList().equals(path))
                .map(Location::getLeadingComments)
                .anyMatch(comment -> !comment.isBlank());
    }

    private void message(String scope, DescriptorProto message) {
        String name = scope + message.getName();
        rule("message-name", message.getName().matches(PASCAL_CASE), name);
        for (FieldDescriptorProto field : message.getFieldList()) {
            rule("field-name", field.getName().matches(SNAKE_CASE), name + "." + field.getName());
            boolean floating = field.getType() == FieldDescriptorProto.Type.TYPE_FLOAT
                    || field.getType() == FieldDescriptorProto.Type.TYPE_DOUBLE;
            rule("no-floating-point", !floating, name + "." + field.getName());
        }
        message.getNestedTypeList().forEach(nested -> message(name + ".", nested));
        message.getEnumTypeList().forEach(nested -> enumeration(name + ".", nested));
    }

    private void enumeration(String scope, EnumDescriptorProto type) {
        String name = scope + type.getName();
        String prefix = type.getName().replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_").toUpperCase(Locale.ROOT) + "_";
        rule("enum-name", type.getName().matches(PASCAL_CASE), name);
        for (EnumValueDescriptorProto value : type.getValueList()) {
            String valueName = value.getName();
            rule("enum-value-name", valueName.matches(prefix + "[A-Z0-9]+(_[A-Z0-9]+)*"), name + "." + valueName);
        }
        rule("enum-zero-value", type.getValue(0).getName().equals(prefix + "UNSPECIFIED"), name);
    }
}
