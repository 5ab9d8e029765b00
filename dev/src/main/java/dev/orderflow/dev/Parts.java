package dev.orderflow.dev;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The parts that a start asks for. */
record Parts(Home home, Options options) {

    List<Part> all() {
        var project = new Project(home.app(), options.executables());
        var layout = options.layout();
        var parts = new ArrayList<Part>();
        parts.add(
                new PostgresServer(project, home.data().resolve("postgres"), layout.postgres(), home.log("postgres")));
        parts.add(new KafkaProcess(project, home.data().resolve("kafka"), layout.kafka(), home.log("kafka")));
        parts.add(new MailProcess(project, home.mails(), home.log("mail"), layout));
        if (options.traces()) {
            parts.add(traces(project));
        }
        options.services().forEach(service -> parts.add(service(project, service)));
        return parts;
    }

    private Part traces(Project project) {
        var viewer = Viewer.of(home);
        var log = home.log("traces");
        return viewer.jaeger()
                .<Part>map(jaeger -> new JaegerProcess(jaeger, home.jaeger(), log, options.layout()))
                .orElseGet(() -> new ZipkinProcess(project, viewer.zipkin(), log, options.layout()));
    }

    private Part service(Project project, String service) {
        if (service.equals(options.developed())) {
            return new DevModeProcess(
                    home.root(), home.mark(), service, home.log(service), options.layout(), further(service));
        }
        return new ServiceProcess(project, service, home.log(service), options.layout(), further(service));
    }

    private Map<String, String> further(String service) {
        var further = new HashMap<String, String>();
        if (service.equals("inventory")) {
            // Only local runs have products from the start.
            further.put("inventory.demo-catalogue", "true");
        }
        if (options.traces()) {
            further.put(
                    "OTEL_EXPORTER_OTLP_ENDPOINT",
                    "http://127.0.0.1:" + options.layout().otlp());
            further.put("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
            // Whoever looks right after an order sees all of it; the default is 5 s.
            further.put("quarkus.otel.bsp.schedule.delay", "1s");
        }
        return further;
    }
}
