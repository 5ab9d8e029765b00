package dev.orderflow.dev;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.jspecify.annotations.Nullable;

/** What is logged while this is open, with the story and the trace that each line names. */
public final class TestLog extends Handler implements AutoCloseable {

    private static final PatternFormatter TEXT = new PatternFormatter("%s");

    /** A line of the log. */
    public record Line(String text, String story, String traceId) {}

    private final List<Line> lines = new CopyOnWriteArrayList<>();
    private final Logger logger;

    public TestLog(String category) {
        logger = Logger.getLogger(category);
        logger.addHandler(this);
    }

    /** The first line that says this; nothing if there is none yet. */
    public @Nullable Line about(String what) {
        return lines.stream()
                .filter(line -> line.text().contains(what))
                .findFirst()
                .orElse(null);
    }

    @Override
    public void publish(LogRecord record) {
        var line = ExtLogRecord.wrap(record);
        lines.add(new Line(TEXT.format(line), mdc(line, "correlationId"), mdc(line, "traceId")));
    }

    private static String mdc(ExtLogRecord line, String key) {
        return Objects.requireNonNullElse(line.getMdc(key), "");
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        logger.removeHandler(this);
    }
}
