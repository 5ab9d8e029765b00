package dev.orderflow.dev;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which part listens where. The standard layout is the one that the services' own defaults describe. */
public record Layout(Map<String, Integer> ports) {

    public static final List<String> SERVICES = List.of("order", "inventory", "notification", "fraud", "analytics");

    /** Those of {@link #SERVICES} that serve gRPC, by the service's distance from the first port. */
    private static final Map<String, Integer> GRPC = Map.of("order", 9080, "inventory", 9081);

    /** Who asks whom over gRPC, by the client's name in the caller's configuration. */
    private static final Map<String, String> CALLS = Map.of("order", "inventory", "notification", "order");

    public Layout(Map<String, Integer> ports) {
        this.ports = Map.copyOf(ports);
    }

    /** The documented ports, all moved up by the same number. */
    public static Layout standard(int offset) {
        var ports = new HashMap<String, Integer>();
        documented().forEach((what, port) -> ports.put(what, port + offset));
        return new Layout(ports);
    }

    /** Ports that are free now. */
    public static Layout random() {
        var ports = new HashMap<String, Integer>();
        documented().forEach((what, port) -> ports.put(what, Ports.free()));
        return new Layout(ports);
    }

    private static Map<String, Integer> documented() {
        var ports = new LinkedHashMap<String, Integer>();
        ports.put("postgres", 15432);
        ports.put("kafka", 19092);
        ports.put("mail.smtp", 2525);
        ports.put("mail.http", 8025);
        ports.put("traces.http", 16686);
        ports.put("traces.otlp", 4318);
        for (var number = 0; number < SERVICES.size(); number++) {
            ports.put(SERVICES.get(number) + ".http", 8080 + number);
            ports.put(SERVICES.get(number) + ".management", 9180 + number);
        }
        GRPC.forEach((service, port) -> ports.put(service + ".grpc", port));
        return ports;
    }

    public int http(String service) {
        return port(service + ".http");
    }

    public int management(String service) {
        return port(service + ".management");
    }

    public int grpc(String service) {
        return port(service + ".grpc");
    }

    public int postgres() {
        return port("postgres");
    }

    public int kafka() {
        return port("kafka");
    }

    public int smtp() {
        return port("mail.smtp");
    }

    public int mailPage() {
        return port("mail.http");
    }

    public int tracePage() {
        return port("traces.http");
    }

    /** Where traces are taken, by OTLP over HTTP. */
    public int otlp() {
        return port("traces.otlp");
    }

    private int port(String what) {
        var port = ports.get(what);
        if (port == null) {
            throw new IllegalArgumentException("nothing called " + what + " listens");
        }
        return port;
    }

    /** What a service must be told in order to live in this layout, on loopback addresses alone. */
    public Map<String, String> properties(String service) {
        var properties = new HashMap<String, String>();
        properties.put("quarkus.http.host", "127.0.0.1");
        properties.put("quarkus.http.port", Integer.toString(http(service)));
        properties.put("quarkus.management.host", "127.0.0.1");
        properties.put("quarkus.management.port", Integer.toString(management(service)));
        if (GRPC.containsKey(service)) {
            properties.put("quarkus.grpc.server.host", "127.0.0.1");
            properties.put("quarkus.grpc.server.port", Integer.toString(grpc(service)));
        }
        var callee = CALLS.get(service);
        if (callee != null) {
            properties.put("quarkus.grpc.clients." + callee + ".host", "127.0.0.1");
            properties.put("quarkus.grpc.clients." + callee + ".port", Integer.toString(grpc(callee)));
        }
        properties.put("database.host", "127.0.0.1");
        properties.put("database.port", Integer.toString(postgres()));
        properties.put("kafka.bootstrap.servers", "localhost:" + kafka());
        if (service.equals("notification")) {
            properties.put("quarkus.mailer.host", "127.0.0.1");
            properties.put("quarkus.mailer.port", Integer.toString(smtp()));
        }
        return properties;
    }
}
