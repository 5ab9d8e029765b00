package dev.orderflow.dev;

import java.util.ArrayList;
import java.util.List;

/** What a start was asked for. The service in development mode is empty when there is none. */
record Options(
        boolean attached,
        boolean fresh,
        boolean serversOnly,
        boolean executables,
        String developed,
        int offset,
        boolean traces) {

    static Options parse(List<String> arguments, String offset) {
        var rest = new ArrayList<>(arguments);
        var detach = rest.remove("--detach");
        var fresh = rest.remove("--fresh");
        var traces = rest.remove("--traces");
        var executables = rest.remove("--native");
        var infra = rest.remove("infra");
        var dev = rest.indexOf("--dev");
        var developed = "";
        if (dev >= 0) {
            developed = dev + 1 < rest.size() ? rest.get(dev + 1) : "";
            if (!Layout.SERVICES.contains(developed)) {
                throw new Failure("--dev takes one of " + String.join(", ", Layout.SERVICES));
            }
            rest.subList(dev, dev + 2).clear();
        }
        if (!rest.isEmpty()) {
            throw new Failure("what is " + rest.getFirst() + "? ./run --help tells what there is");
        }
        if (infra && (executables || !developed.isEmpty())) {
            throw new Failure("infra starts the servers only; --native and --dev are about services");
        }
        return new Options(!detach, fresh, infra, executables, developed, offset(offset), traces);
    }

    private static int offset(String text) {
        if (text.isBlank()) {
            return 0;
        }
        if (!text.matches("\\d{1,5}") || Integer.parseInt(text) > 45_000) {
            throw new Failure("ORDERFLOW_PORT_OFFSET must be a number from 0 to 45000, not " + text);
        }
        return Integer.parseInt(text);
    }

    Layout layout() {
        return Layout.standard(offset);
    }

    /** What starts first and ends last. */
    List<String> servers() {
        return traces ? List.of("postgres", "kafka", "mail", "traces") : List.of("postgres", "kafka", "mail");
    }

    List<String> services() {
        return serversOnly ? List.of() : Layout.SERVICES;
    }

    Options withoutTraces() {
        return new Options(attached, fresh, serversOnly, executables, developed, offset, false);
    }

    /** The services that run as executables. */
    List<String> executed() {
        return executables
                ? services().stream()
                        .filter(service -> !service.equals(developed))
                        .toList()
                : List.of();
    }

    /** As arguments of the supervisor. */
    List<String> words() {
        return List.of(
                Boolean.toString(attached),
                Boolean.toString(serversOnly),
                Boolean.toString(executables),
                "dev:" + developed,
                Integer.toString(offset),
                Boolean.toString(traces));
    }

    static Options ofWords(List<String> words) {
        return new Options(
                Boolean.parseBoolean(words.get(0)),
                false,
                Boolean.parseBoolean(words.get(1)),
                Boolean.parseBoolean(words.get(2)),
                words.get(3).substring("dev:".length()),
                Integer.parseInt(words.get(4)),
                Boolean.parseBoolean(words.get(5)));
    }
}
