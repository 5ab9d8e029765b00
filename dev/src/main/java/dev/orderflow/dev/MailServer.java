package dev.orderflow.dev;

import com.icegreen.greenmail.mail.MovingMessage;
import com.icegreen.greenmail.user.GreenMailUser;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;

/** An SMTP server that sends nothing on: it keeps each mail as a file and shows it on a page. */
final class MailServer {

    /** Held weakly by the JDK otherwise. */
    private static final Logger ROOT = Logger.getLogger("");

    private MailServer() {}

    /** Arguments: folder, SMTP port, page's port. */
    static void main(String[] arguments) throws IOException {
        ROOT.setLevel(Level.WARNING);
        var mails = new MailFolder(Path.of(arguments[0]));
        var server = new GreenMail(new ServerSetup(Integer.parseInt(arguments[1]), "127.0.0.1", "smtp"));
        // Called once for every recipient; one file is kept for each.
        server.getUserManager()
                .setMessageDeliveryHandler((mail, recipient) -> new Recipient(mails, recipient.getEmail()));
        server.start();
        MailPage.serve(mails, Integer.parseInt(arguments[2]));
    }

    /** Everybody has a mailbox here, and all of them are one folder. */
    private record Recipient(MailFolder mails, String email) implements GreenMailUser {

        @Override
        public void deliver(MovingMessage mail) {
            deliver(mail.getMessage());
        }

        @Override
        public void deliver(MimeMessage mail) {
            try {
                mails.keep(mail);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (MessagingException e) {
                throw new IllegalArgumentException(e);
            }
        }

        @Override
        public String getEmail() {
            return email;
        }

        @Override
        public String getLogin() {
            return email;
        }

        @Override
        public String getPassword() {
            return "";
        }

        @Override
        public String getQualifiedMailboxName() {
            return email;
        }

        @Override
        public void create() {}

        @Override
        public void delete() {}

        @Override
        public void setPassword(String password) {}

        @Override
        public void authenticate(String password) {}
    }
}
