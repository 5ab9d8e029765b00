package dev.orderflow.dev;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * Shows the mails in a browser, and as JSON under {@code /mails.json}. Whatever a mail contains is shown and never run:
 * text is escaped, HTML stays in a sandbox without scripts.
 */
final class MailPage {

    private static final int LISTED = 200;

    private final MailFolder mails;

    private MailPage(MailFolder mails) {
        this.mails = mails;
    }

    static void serve(MailFolder mails, int port) throws IOException {
        var page = new MailPage(mails);
        var server = HttpServer.create(new InetSocketAddress(Ports.loopback(), port), 50);
        server.createContext("/", page::answer);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var path = exchange.getRequestURI().getPath();
            if (path.equals("/")) {
                send(exchange, 200, "text/html", list());
            } else if (path.equals("/mails.json")) {
                send(exchange, 200, "application/json", json());
            } else if (path.startsWith("/mails/")) {
                var mail = mails.find(path.substring("/mails/".length()));
                send(
                        exchange,
                        mail.isPresent() ? 200 : 404,
                        "text/html",
                        mail.map(MailPage::mail).orElse("no such mail"));
            } else {
                send(exchange, 404, "text/plain", "nothing here");
            }
        }
    }

    private static void send(HttpExchange exchange, int status, String type, String body) throws IOException {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type + "; charset=utf-8");
        exchange.getResponseHeaders()
                .set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'");
        exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private String list() {
        var rows = mails.newest(LISTED).stream()
                .map(mail -> "<tr><td>%s<td>%s<td><a href=\"/mails/%s\">%s</a>\n"
                        .formatted(mail.received(), escaped(mail.to()), mail.id(), escaped(mail.subject())))
                .collect(Collectors.joining());
        return page(
                "Mails",
                rows.isEmpty() ? "<p>No mail yet." : "<table><tr><th>received<th>to<th>subject\n" + rows + "</table>");
    }

    private static String mail(MailFolder.Mail mail) {
        return page(escaped(mail.subject()), """
                <p><a href="/">all mails</a>
                <p>From %s<br>To %s<br>Received %s<br>Message-ID %s
                <h2>Text</h2><pre>%s</pre>
                <h2>HTML</h2><iframe sandbox srcdoc="%s"></iframe>
                """.formatted(
                        escaped(mail.from()),
                        escaped(mail.to()),
                        mail.received(),
                        escaped(mail.messageId()),
                        escaped(mail.text()),
                        escaped(mail.html())));
    }

    private static String page(String title, String body) {
        return """
                <!doctype html>
                <html lang="en"><meta charset="utf-8"><title>%s</title>
                <style>
                body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }
                table { border-collapse: collapse; width: 100%% }
                td, th { border-bottom: 1px solid #ccc; padding: .3rem .8rem .3rem 0; text-align: left }
                pre { background: #f4f4f4; overflow: auto; padding: 1rem }
                iframe { border: 1px solid #ccc; height: 24rem; width: 100%% }
                </style>
                <h1>%s</h1>
                """.formatted(title, title) + body;
    }

    private String json() {
        return mails.newest(LISTED).stream()
                .map(mail ->
                        "{\"id\":%s,\"received\":%s,\"from\":%s,\"to\":%s,\"subject\":%s,\"message_id\":%s,\"text\":%s}"
                                .formatted(
                                        quoted(mail.id()),
                                        quoted(mail.received().toString()),
                                        quoted(mail.from()),
                                        quoted(mail.to()),
                                        quoted(mail.subject()),
                                        quoted(mail.messageId()),
                                        quoted(mail.text())))
                .collect(Collectors.joining(",\n", "[", "]\n"));
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    static String quoted(String text) {
        var json = new StringBuilder("\"");
        text.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                json.append('\\').append((char) c);
            } else if (c < ' ') {
                json.append(String.format(Locale.ROOT, "\\u%04x", c));
            } else {
                json.append((char) c);
            }
        });
        return json.append('"').toString();
    }
}
