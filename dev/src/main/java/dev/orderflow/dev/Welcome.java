package dev.orderflow.dev;

import java.util.ArrayList;
import java.util.List;

/** What is said when all has started: where things are, and what to try. */
record Welcome(Options options) {

    List<String> lines(long seconds) {
        var layout = options.layout();
        var lines = new ArrayList<String>();
        lines.add("");
        lines.add(
                options.serversOnly()
                        ? "The servers are ready after " + seconds + " s."
                        : "orderflow is ready after " + seconds + " s.");
        lines.add("");
        for (var service : options.services()) {
            lines.add("  %-13s http://localhost:%d".formatted(service, layout.http(service)));
        }
        lines.add("  %-13s http://localhost:%d".formatted("mail", layout.mailPage()));
        if (options.traces()) {
            lines.add("  %-13s http://localhost:%d".formatted("traces", layout.tracePage()));
        }
        lines.add("  %-13s localhost:%d, user and password orderflow, a database for each service"
                .formatted("postgres", layout.postgres()));
        lines.add("  %-13s localhost:%d".formatted("kafka", layout.kafka()));
        lines.add("");
        if (!options.serversOnly()) {
            lines.addAll(orders(layout));
        } else if (options.traces()) {
            lines.add("A service that you start sends its traces with OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"
                    + " OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:" + layout.otlp());
            lines.add("");
        }
        return lines;
    }

    private static List<String> orders(Layout layout) {
        var url = "http://localhost:" + layout.http("order") + "/api/v1/orders";
        return List.of(
                "An order that is confirmed:",
                "  " + curl(url, "ann", Demo.confirmed("ann")),
                "An order that is rejected as fraud:",
                "  " + curl(url, "bob", Demo.fraudulent("bob")),
                "What became of one: curl -s " + url + "/ID",
                "");
    }

    /** One line, so that it can be pasted, also together with the other one; every second is another order. */
    private static String curl(String url, String customer, String body) {
        return "curl -s %s -H 'Content-Type: application/json' -H \"Idempotency-Key: try-%s-$(date +%%s)\" -d '%s'"
                .formatted(url, customer, body);
    }
}
