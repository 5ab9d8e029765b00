package dev.orderflow.systemtest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What has reached the local mail server, which keeps each mail as a file. */
final class Mails {

    private final Path folder;

    Mails(Path folder) {
        this.folder = folder;
    }

    /** The headers that matter here. */
    record Mail(String id, String to, String subject) {
        /** The notification's id, which its Message-ID is made of. */
        String notification() {
            return id.replaceAll("[<>]|@.*", "");
        }
    }

    List<Mail> all() {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (var files = Files.newDirectoryStream(folder, "*.eml")) {
            var mails = new ArrayList<Mail>();
            for (var file : files) {
                mails.add(mail(Files.readString(file, StandardCharsets.UTF_8)));
            }
            return mails;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<Mail> to(String recipient) {
        return all().stream().filter(mail -> mail.to().contains(recipient)).toList();
    }

    private static Mail mail(String text) {
        // A long header goes on in lines that begin with a space.
        var head = text.split("\r?\n\r?\n", 2)[0].replaceAll("\r?\n[ \t]+", " ");
        return new Mail(header(head, "Message-ID"), header(head, "To"), header(head, "Subject"));
    }

    private static String header(String head, String name) {
        var found = Pattern.compile("(?im)^" + name + ": *(.*?)\\s*$").matcher(head);
        return found.find() ? found.group(1) : "";
    }
}
