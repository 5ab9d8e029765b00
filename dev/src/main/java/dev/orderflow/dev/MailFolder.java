package dev.orderflow.dev;

import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/** The mails that were received, each an {@code .eml} file; the oldest go when there are too many. */
final class MailFolder {

    /** Several times what a run of the system's tests sends: they compare all mails with all notifications. */
    private static final int MOST = 10_000;

    private static final Session SESSION = Session.getInstance(new Properties());

    private final Path folder;
    private final Deque<String> names = new ArrayDeque<>();
    private long last;

    MailFolder(Path folder) {
        this.folder = folder;
        try {
            Files.createDirectories(folder);
            try (var files = Files.list(folder)) {
                files.map(file -> file.getFileName().toString())
                        .filter(name -> name.matches("\\d+\\.eml"))
                        .sorted()
                        .forEach(names::add);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns once the file is there, so that a mail is accepted only when it is kept. */
    synchronized void keep(MimeMessage mail) throws IOException, MessagingException {
        last = Math.max(last + 1, Instant.now().toEpochMilli());
        var file = folder.resolve(last + ".eml");
        var work = folder.resolve(last + ".part");
        try (var out = Files.newOutputStream(work)) {
            mail.writeTo(out);
        }
        Folders.publish(work, file);
        names.add(file.getFileName().toString());
        while (names.size() > MOST) {
            Files.deleteIfExists(folder.resolve(names.removeFirst()));
        }
    }

    /** The newest first. */
    List<Mail> newest(int most) {
        var chosen = new ArrayList<Mail>();
        for (var name : namesNewestFirst()) {
            if (chosen.size() == most) {
                break;
            }
            read(name).ifPresent(chosen::add);
        }
        return chosen;
    }

    Optional<Mail> find(String id) {
        return read(id + ".eml");
    }

    private synchronized List<String> namesNewestFirst() {
        var all = new ArrayList<String>();
        names.descendingIterator().forEachRemaining(all::add);
        return all;
    }

    private synchronized boolean has(String name) {
        return names.contains(name);
    }

    private Optional<Mail> read(String name) {
        if (!has(name)) {
            return Optional.empty();
        }
        try (var in = Files.newInputStream(folder.resolve(name))) {
            return Optional.of(Mail.of(name.replace(".eml", ""), new MimeMessage(SESSION, in)));
        } catch (IOException | MessagingException unreadable) {
            return Optional.empty();
        }
    }

    record Mail(String id, Instant received, List<String> headers, String text, String html) {

        static Mail of(String id, MimeMessage message) throws MessagingException, IOException {
            var headers = new ArrayList<String>();
            for (var name : List.of("Date", "From", "To", "Subject", "Message-ID")) {
                headers.add(decoded(message.getHeader(name, ", ")));
            }
            return new Mail(
                    id,
                    Instant.ofEpochMilli(Long.parseLong(id)),
                    headers,
                    body(message, "text/plain"),
                    body(message, "text/html"));
        }

        String from() {
            return headers.get(1);
        }

        String to() {
            return headers.get(2);
        }

        String subject() {
            return headers.get(3);
        }

        String messageId() {
            return headers.get(4);
        }

        private static String decoded(String header) throws IOException {
            return header == null ? "" : jakarta.mail.internet.MimeUtility.decodeText(header);
        }

        /** The first part of the type, or nothing. */
        private static String body(Part part, String type) throws MessagingException, IOException {
            if (part.isMimeType(type)) {
                return part.getContent().toString();
            }
            if (part.getContent() instanceof Multipart parts) {
                for (var number = 0; number < parts.getCount(); number++) {
                    var found = body(parts.getBodyPart(number), type);
                    if (!found.isEmpty()) {
                        return found;
                    }
                }
            }
            return "";
        }
    }
}
