package dev.orderflow.dev;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The local SMTP server with its page. */
public final class MailProcess extends Part {

    private final Project project;
    private final Path folder;
    private final Layout layout;

    /** The mails are kept in the folder. */
    public MailProcess(Project project, Path folder, Path log, Layout layout) {
        super("mail", log);
        this.project = project;
        this.folder = folder.toAbsolutePath();
        this.layout = layout;
    }

    @Override
    List<String> prepare() {
        return Jvm.command(
                project,
                List.of("-Xmx48m", "-Xss512k", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                MailServer.class,
                folder.toString(),
                Integer.toString(layout.smtp()),
                Integer.toString(layout.mailPage()));
    }

    @Override
    boolean isReady(long pid) {
        return Ports.answers(layout.smtp(), Duration.ofSeconds(1))
                && Ports.answers(layout.mailPage(), Duration.ofSeconds(1));
    }
}
