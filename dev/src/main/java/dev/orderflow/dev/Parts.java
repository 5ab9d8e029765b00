package dev.orderflow.dev;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The parts that a start asks for. */
record Parts(Home home, Options options) {

    static final List<String> SERVERS = List.of("postgres", "kafka", "mail");

    List<Part> all() {
        var project = new Project(home.app());
        var layout = options.layout();
        var parts = new ArrayList<Part>();
        parts.add(
                new PostgresServer(project, home.data().resolve("postgres"), layout.postgres(), home.log("postgres")));
        parts.add(new KafkaProcess(project, home.data().resolve("kafka"), layout.kafka(), home.log("kafka")));
        parts.add(new MailProcess(project, home.mails(), home.log("mail"), layout));
        options.services().forEach(service -> parts.add(service(project, service)));
        return parts;
    }

    private Part service(Project project, String service) {
        // Only local runs have products from the start.
        Map<String, String> further =
                service.equals("inventory") ? Map.of("inventory.demo-catalogue", "true") : Map.of();
        if (service.equals(options.developed())) {
            return new DevModeProcess(home.root(), service, home.log(service), options.layout(), further);
        }
        return new ServiceProcess(project, service, home.log(service), options.layout(), further);
    }
}
